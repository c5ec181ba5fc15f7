// The control of a value that holds no others.

import { chips, known } from './chips.js';
import { el } from './dom.js';
import { frame, freshId } from './frame.js';
import { doubt, wrong } from './validate.js';

/** Whether a control of several lines can show nothing of what is typed. */
const HIDES_LINES = CSS.supports('-webkit-text-security', 'disc');
const BREAK = /[\r\n]/;
const NO_LINES = 'has line breaks, which this control would lose, so it was not taken';

/** Makes the control of a text, a number, a choice, bytes or JSON. */
export function leaf(field, path, changed) {
  const id = freshId();
  const values = known(field);
  const input = controlOf(field, values, id);
  const isText = input.classList.contains('text');
  const holdsLines = input instanceof HTMLTextAreaElement;
  const grow = () => { if (isText) input.rows = Math.min(input.value.split('\n').length, 16); };
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
    grow();
    select?.follow();
    check();
    changed();
  };
  input.addEventListener('input', () => { grow(); if (!parts.problem.hidden) check(); changed(); });
  // Most texts have one line, and Enter is pressed by whoever is done with it.
  if (isText) input.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.shiftKey && !BREAK.test(input.value)) event.preventDefault(); });
  input.addEventListener('paste', (event) => {
    const text = event.clipboardData.getData('text');
    // The break behind a line that was copied is none of its own.
    const line = text.replace(/[\r\n]+$/, '');
    if (line === text && (holdsLines || !BREAK.test(text))) return;
    if (BREAK.test(line) && holdsLines) return;
    event.preventDefault();
    if (BREAK.test(line)) {
      parts.say(NO_LINES);
    } else {
      input.setRangeText(line, input.selectionStart, input.selectionEnd, 'end');
      input.dispatchEvent(new Event('input'));
    }
  });
  input.addEventListener('change', check);
  if (select) select.element.addEventListener('change', () => { check(); changed(); });
  if (select) {
    parts.label.htmlFor = select.element.id;
    parts.marks(select.element);
  }
  const element = el('div', { class: 'field' }, parts.head, select?.element, input, parts.problem, chips(field, input, set), parts.hints);
  return {
    field, element, rename,
    read: () => (input.value === '' ? undefined : input.value),
    write(value) {
      const text = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
      const isLost = !holdsLines && BREAK.test(text);
      input.value = isLost ? '' : text;
      grow();
      select?.follow();
      parts.say(isLost ? NO_LINES : undefined);
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

/** The control itself. A text may have several lines, such as a script or a certificate, and what has one line drops their breaks. */
function controlOf(field, values, id) {
  if (field.type === 'json' || field.type === 'bytes') return el('textarea', { id, rows: 2 });
  if (field.type !== 'text' || values || (field.sensitive && !HIDES_LINES)) return el('input', { id, type: field.sensitive ? 'password' : 'text' });
  return el('textarea', { id, rows: 1, class: field.sensitive ? 'text unseen' : 'text' });
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
