// The form of a request: a control for each parameter, and for whatever is inside of it.

import { el } from './dom.js';
import { list, map, object } from './groups.js';
import { leaf } from './leaf.js';

/** How many optional parameters are shown before the others are folded away; one or two are not worth folding. */
const SHOWN = 8;
const FEW = 2;

/**
 * Builds the form. `changed` hears of every change. The result has `element`, `read()` (texts by names, what is not set left out),
 * `write(values)`, `check()` (whether all is well, with the focus on the first thing that is not) and `tell(violations)`.
 */
export function form(operation, changed) {
  const rows = operation.parameters.map((field) => control(field, field.name, changed));
  const optional = rows.filter((row) => !row.field.required);
  const folded = optional.length > SHOWN + FEW ? optional.slice(SHOWN) : [];
  const shown = rows.filter((row) => !folded.includes(row));
  const more = folded.length > 0 && el('details', { class: 'fold more' },
    el('summary', { textContent: `${folded.length} more optional parameters` }), folded.map((row) => row.element));
  const element = el('div', { class: 'fields' }, shown.map((row) => row.element), more,
    !rows.length && el('p', { class: 'soft', textContent: 'It has no parameters.' }));
  const open = (row) => { if (more && folded.includes(row)) more.open = true; };
  return {
    element,
    read: () => Object.fromEntries(rows.map((row) => [row.field.name, row.read()]).filter(([, value]) => value !== undefined)),
    write(values) {
      for (const row of rows) {
        row.write(values[row.field.name]);
        if (values[row.field.name] !== undefined) open(row);
      }
    },
    check() {
      const bad = rows.filter((row) => !row.check(true));
      bad.forEach(open);
      bad[0]?.focus();
      return bad.length === 0;
    },
    tell(violations) {
      const told = violations.filter(({ parameter, rule, warning }) => rows.some((row) => {
        const is = row.tell(parameter, rule, warning);
        if (is) open(row);
        return is;
      }));
      return violations.filter((violation) => !told.includes(violation));
    },
  };
}

/** Makes the control of a value. A row of a list gets another path by `rename`, when one before it is removed. */
export function control(field, path, changed) {
  if (field.type === 'object') return object(field, path, changed);
  if (field.type === 'list') return list(field, path, changed);
  if (field.type === 'map') return map(field, path, changed);
  return leaf(field, path, changed);
}
