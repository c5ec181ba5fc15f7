// Values to choose by one click.

import { el, fill } from './dom.js';
import { state } from './state.js';

/** The values that are listed for a field, if any are. */
export const known = (field) => field.oneOf ?? field.oneOfNumbers?.map(String) ?? (field.type === 'boolean' ? ['true', 'false'] : undefined);

/** Offers an example, what the last answer held, or a time; `set` takes what is chosen. */
export function chips(field, input, set) {
  const place = el('div', { class: 'chips' });
  const chip = (label, value) => el('button', {
    type: 'button', class: 'chip', textContent: label,
    on: { click: () => { set(typeof value === 'function' ? value() : value); input.hidden || input.focus(); } },
  });
  const show = () => {
    const out = [];
    const last = state.seen.get(field.name);
    if (last !== undefined && !field.sensitive) out.push(chip(`last answer: ${short(last)}`, last));
    const { example } = field;
    if (isTime(field)) {
      out.push(chip('now', () => time(0)), chip('in an hour', () => time(3600)), chip('in a day', () => time(86400)));
    } else if (example && !known(field)) {
      // One with asterisks shows what an id looks like, and is none.
      if (/\*\*/.test(example)) out.push(el('span', { class: 'soft small', textContent: `such as ${example}` }));
      else out.push(chip(`example: ${short(example)}`, example));
    }
    fill(place, out);
  };
  show();
  input.addEventListener('focus', show);
  shows.set(place, show);
  return place;
}

const shows = new WeakMap();

/** Offers what the last answer held. */
export function offerSeen(root) {
  for (const place of root.querySelectorAll('.chips')) shows.get(place)?.();
}

const short = (text) => (text.length > 44 ? `${text.slice(0, 40)}…` : text);
const isTime = (field) => field.type === 'text' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(field.example ?? '');
/** A time from now; the emulator has a clock of its own, which can be moved. */
const time = (seconds) => new Date(Date.now() + (state.target === 'emulator' ? state.ahead : 0) + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
