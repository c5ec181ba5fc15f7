// JSON with colours, by elements alone.

import { el } from './dom.js';

const span = (kind, text) => el('span', { class: kind, textContent: text });

function write(value, indent, out) {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (!value.length) { out.push('[]'); return; }
    out.push('[\n');
    value.forEach((item, place) => {
      out.push(inner);
      write(item, inner, out);
      out.push(place + 1 < value.length ? ',\n' : '\n');
    });
    out.push(`${indent}]`);
  } else if (value && typeof value === 'object') {
    const entries = Object.entries(value);
    if (!entries.length) { out.push('{}'); return; }
    out.push('{\n');
    entries.forEach(([key, entry], place) => {
      out.push(inner, span('j-key', JSON.stringify(key)), ': ');
      write(entry, inner, out);
      out.push(place + 1 < entries.length ? ',\n' : '\n');
    });
    out.push(`${indent}}`);
  } else if (typeof value === 'string') {
    out.push(span(value === '[redacted]' ? 'j-hidden' : 'j-text', JSON.stringify(value)));
  } else {
    out.push(span('j-other', JSON.stringify(value)));
  }
}

/** Shows a value as JSON, in a box that can be scrolled by the keyboard. */
export function json(value, label) {
  const out = [];
  write(value, '', out);
  return code(out, label);
}

/** Shows a text as it is. */
export function code(text, label) {
  return el('pre', { class: 'code', tabIndex: 0, role: 'region', 'aria-label': label }, el('code', {}, text));
}
