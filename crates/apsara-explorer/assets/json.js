// JSON with colours, by elements alone.

import { el } from './dom.js';

/** A text, with the colon behind it that tells a key, or another value. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(?=(:?))|[^\s"{}[\],:]+/g;

/** How many tokens have colours. Each is an element, and a page with very many of them stands still. */
const COLOURED = 20_000;

function kind(text, colon) {
  if (colon) return 'j-key';
  if (text === '"[redacted]"') return 'j-hidden';
  return text ? 'j-text' : 'j-other';
}

/** Shows JSON, in a box that can be scrolled by the keyboard. It is taken as a text, because numbers do not survive being read here. */
export function json(written, label) {
  const out = [];
  let shown = 0;
  let tokens = 0;
  for (const { 0: token, 1: text, 2: colon, index } of written.matchAll(TOKEN)) {
    out.push(written.slice(shown, index), el('span', { class: kind(text, colon), textContent: token }));
    shown = index + token.length;
    tokens += 1;
    if (tokens === COLOURED) break;
  }
  out.push(written.slice(shown));
  return code(out, label);
}

/** Shows a text as it is. */
export function code(text, label) {
  return el('pre', { class: 'code', tabIndex: 0, role: 'region', 'aria-label': label }, el('code', {}, text));
}
