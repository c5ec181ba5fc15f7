// The last calls of this browser, without what may be secret.

import { el, fill } from './dom.js';
import { permalink } from './permalink.js';

const KEY = 'apsara.history';
const MOST = 50;

function read() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(entries) ? entries.filter((entry) => entry && typeof entry === 'object') : [];
  } catch {
    return [];
  }
}

/**
 * Keeps that a call goes out whose outcome nobody knows, until `remember` says what became of it or `forget` that nothing was sent:
 * the page may be left before its answer comes. No older call makes way for it yet. Returns what it is known by.
 */
export function begin(operation, { request, target }) {
  const entry = entryOf(operation, request, target, { outcome: 'unknown' });
  write([entry, ...read()].map((kept) => JSON.stringify(kept)));
  return entry.id;
}

/** Forgets a call that began and was not sent. */
export function forget(id) {
  write(others(id).map((kept) => JSON.stringify(kept)));
}

const others = (id) => read().filter((kept) => kept.id !== id);

function entryOf(operation, request, target, result) {
  const { product, version, name } = operation;
  return {
    id: crypto.randomUUID(),
    at: new Date().toISOString(),
    product, version, name, target,
    link: permalink(operation, request),
    outcome: result.outcome,
    code: result.error?.code,
    requestId: result.requestId,
    took: result.took,
  };
}

/** Keeps what became of a call that began, if the browser has room for it. */
export function remember(id, operation, { request, target }, result) {
  const entry = entryOf(operation, request, target, result);
  const entries = [entry, ...others(id)].slice(0, MOST).map((kept) => JSON.stringify(kept));
  // The oldest make way for it. Where it does not fit even alone, what was in the form is left out.
  while (entries.length > 0) {
    if (write(entries)) return;
    entries.pop();
  }
  write([JSON.stringify({ ...entry, link: permalink(operation, {}) })]);
}

/** Writes entries, and returns whether there was room for them. */
function write(entries) {
  try {
    localStorage.setItem(KEY, `[${entries.join()}]`);
    return true;
  } catch {
    return false;
  }
}

/** Shows the calls, the last one first. */
export function showHistory(main) {
  const entries = read().slice(0, MOST);
  const row = (entry) => el('li', {},
    el('a', { class: 'entry', href: entry.link },
      el('strong', { textContent: entry.name }),
      el('span', { class: `mark ${entry.outcome === 'succeeded' ? 'good' : entry.outcome === 'unknown' ? 'warn' : 'bad'}`, textContent: entry.outcome }),
      el('span', { class: 'soft', textContent: [entry.target, entry.code, entry.took !== undefined && `${entry.took} ms`, new Date(entry.at).toLocaleString()].filter(Boolean).join(' · ') }),
      entry.requestId && el('code', { class: 'soft small', textContent: entry.requestId })));
  fill(main,
    el('div', { class: 'page' },
      el('h1', { id: 'heading', textContent: 'History' }),
      el('p', { class: 'soft', textContent: `The last ${MOST} calls of this browser. Sensitive parameters and addresses are not kept.` }),
      entries.length
        ? [el('ul', { class: 'entries' }, entries.map(row)),
          el('button', { type: 'button', textContent: 'Forget them', on: { click: () => { localStorage.removeItem(KEY); showHistory(main); } } })]
        : el('p', { textContent: 'Nothing was sent yet.' })));
}
