// The control of a value that holds no others.

import { chips, known } from './chips.js';
import { el } from './dom.js';
import { frame, freshId } from './frame.js';
import { doubt, wrong } from './validate.js';

/** Makes the control of a text, a number, a choice, bytes or JSON. */
export function leaf(field, path, changed) {
  const id = freshId();
  const values = known(field);
  const input = field.type === 'json' || field.type === 'bytes'
    ? el('textarea', { id, rows: 2 })
    : el('input', { id, type: field.sensitive ? 'password' : 'text' });
  Object.assign(input, { autocomplete: 'off', spellcheck: false });
  if (field.required) input.setAttribute('aria-required', 'true');
  if (['int32', 'int64'].includes(field.type)) input.inputMode = 'numeric';
  const parts = frame(field, path, input, false);
  const select = values && choices(field, values, input, id);
  const rename = (to, called) => {
    path = to;
    parts.rename(to, called);
    input.setAttribute('data-path', to);
    select?.rename(to, called ?? field.label ?? field.name);
  };
  rename(path);
  const check = () => {
    const text = input.value;
    const problem = wrong(field, text);
    parts.say(problem ?? doubt(field, text), !problem);
    return !problem;
  };
  const set = (text) => {
    input.value = text;
    select?.follow();
    check();
    changed();
  };
  input.addEventListener('input', () => { if (!parts.problem.hidden) check(); changed(); });
  input.addEventListener('change', check);
  if (select) select.element.addEventListener('change', () => { check(); changed(); });
  if (select) parts.label.htmlFor = select.element.id;
  const element = el('div', { class: 'field' }, parts.head, select?.element, input, parts.problem, chips(field, input, set), parts.hints);
  return {
    field, element, rename,
    read: () => (input.value === '' ? undefined : input.value),
    write(value) {
      input.value = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
      select?.follow();
      parts.say();
    },
    check,
    focus: () => (select && input.hidden ? select.element : input).focus(),
    tell(name, rule, isWarning) {
      if (name !== path) return false;
      parts.say(rule, isWarning);
      return true;
    },
  };
}

/** The documented values, and a way to another one: documents do not always know all. */
function choices(field, values, input, id) {
  const OTHER = '\u0000';
  const titles = field.titles ?? {};
  const option = (value) => el('option', { value, textContent: titles[value] ? `${value}: ${titles[value]}` : value });
  const select = el('select', { id: `${id}-choice` },
    el('option', { value: '', textContent: field.required ? 'Choose' : 'Not set' }),
    values.map(option),
    field.type !== 'boolean' && el('option', { value: OTHER, textContent: 'Another value' }));
  if (field.required) select.setAttribute('aria-required', 'true');
  select.setAttribute('aria-describedby', `${id}-rules ${id}-problem`);
  const follow = () => {
    const isOther = input.value !== '' && !values.includes(input.value);
    select.value = isOther ? OTHER : input.value;
    input.hidden = !isOther;
  };
  select.addEventListener('change', () => {
    const isOther = select.value === OTHER;
    input.hidden = !isOther;
    input.value = isOther ? '' : select.value;
    if (isOther) input.focus();
  });
  const rename = (path, name) => {
    select.setAttribute('data-choice', path);
    input.setAttribute('aria-label', `${name}, another value`);
  };
  follow();
  return { element: select, follow, rename };
}
