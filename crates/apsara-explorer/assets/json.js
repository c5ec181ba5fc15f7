// JSON with colours, by elements alone.

import { el } from './dom.js';

/** A text, with the colon behind it that tells a key, or another value. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(?=(:?))|[^\s"{}[\],:]+/g;

function kind(text, colon) {
  if (colon) return 'j-key';
  if (text === '"[redacted]"') return 'j-hidden';
  return text ? 'j-text' : 'j-other';
}

/** Shows JSON, in a box that can be scrolled by the keyboard. It is taken as a text, because numbers do not survive being read here. */
export function json(written, label) {
  const out = [];
  let shown = 0;
  for (const { 0: token, 1: text, 2: colon, index } of written.matchAll(TOKEN)) {
    out.push(written.slice(shown, index), el('span', { class: kind(text, colon), textContent: token }));
    shown = index + token.length;
  }
  out.push(written.slice(shown));
  return code(out, label);
}

/** Shows a text as it is. */
export function code(text, label) {
  return el('pre', { class: 'code', tabIndex: 0, role: 'region', 'aria-label': label }, el('code', {}, text));
}
