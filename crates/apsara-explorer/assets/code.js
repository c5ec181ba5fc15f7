// The code of the call that stands in the form.

import { postForFile, post } from './api.js';
import { copyButton, el, fill, part } from './dom.js';
import { code } from './json.js';
import { onTarget, state } from './state.js';

/** The language that was looked at last. */
let chosen = 'rust';

/** Builds the panel; `read` reads the form. The result has `element`, and `changed()` for whenever the form has. */
export function codePanel(operation, read) {
  const tabs = el('div', { class: 'row tabs', role: 'group', 'aria-label': 'Language' }, state.status.languages.map(({ language, title }) => el('button', {
    type: 'button', class: 'quiet', textContent: title, 'aria-pressed': String(language === chosen), data: { language }, on: { click: () => choose(language) },
  })));
  const place = el('div', { class: 'boxed', 'aria-live': 'off' });
  const asked = () => {
    const { product, version, name } = operation;
    return { product, version, operation: name, request: read(), target: state.target, language: chosen };
  };
  let latest = 0;
  const show = async () => {
    const mine = latest += 1;
    try {
      const { text } = await post('/api/code', asked());
      if (mine !== latest) return;
      fill(place, el('p', { class: 'soft small', textContent: NOTES[chosen] ?? NOTES.rust }), copyButton(text), code(text, 'Code of this call'));
    } catch (error) {
      if (mine !== latest) return;
      const violations = error.answer?.violations ?? [];
      const told = [error.message, ...violations.map(({ parameter, rule }) => `${parameter} ${rule}`)].join('; ');
      fill(place, el('p', { class: 'soft', textContent: told }), chosen === 'curl' && signButton());
    }
  };
  const choose = (language) => {
    chosen = language;
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', String(tab.dataset.language === language));
    show();
  };
  const download = el('button', { type: 'button', class: 'quiet', id: 'download', textContent: 'Download a project' });
  download.addEventListener('click', async () => {
    try {
      const url = URL.createObjectURL(await postForFile('/api/project', asked()));
      el('a', { href: url, download: `${operation.command.split(' ').at(-1)}.zip` }).click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      fill(place, el('p', { class: 'problem', textContent: error.message }));
    }
  });
  /** What is signed makes the call for whoever has it, and a key may have to be asked for: nobody has it signed by typing. */
  const changed = () => {
    if (chosen !== 'curl') {
      show();
      return;
    }
    latest += 1;
    fill(place, el('p', { class: 'soft small', textContent: 'The command is signed when you say so.' }), signButton());
  };
  const signButton = () => el('button', { type: 'button', class: 'quiet', textContent: 'Sign it now', on: { click: sign } });
  const sign = async () => {
    const before = document.activeElement;
    await show();
    // Unless somebody has gone on meanwhile: the button that was pressed is gone, and its focus with it.
    if (document.activeElement === before || document.activeElement === document.body) place.querySelector('button')?.focus();
  };
  const stop = onTarget(() => { if (place.isConnected) changed(); else stop(); });
  changed();
  return { element: part('code', 'Code', tabs, place, el('p', {}, download)), changed };
}

/** What is to be known of each. */
const NOTES = {
  rust: 'Credentials and endpoint come from where it runs; secrets come from variables.',
  curl: 'Signed now, by the key that a call from here would be signed with: whoever has it can make this call, once, within 15 minutes.',
};
