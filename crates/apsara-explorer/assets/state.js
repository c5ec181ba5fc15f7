// What several parts of the page know.

export const state = {
  /** Products with their operations. */
  catalogue: { products: [] },
  /** What is known of the emulator and of the cloud, and the languages in which code is written. */
  status: { emulator: {}, cloud: {}, languages: [] },
  /** Where calls go: always the emulator, until somebody says otherwise on this page. */
  target: 'emulator',
  /** By how many milliseconds the emulator's clock is ahead of this one. */
  ahead: 0,
  /** The last value of each name in an answer, for the forms that want it. Never written anywhere. */
  seen: new Map(),
};

const listeners = new Set();

/** Hears when calls go elsewhere from now on. */
export function onTarget(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says where calls go. */
export function setTarget(target) {
  state.target = target;
  for (const listener of listeners) listener(target);
}

/** Finds a product by the word that stands for it. */
export const product = (word) => state.catalogue.products.find((product) => product.word === word);
