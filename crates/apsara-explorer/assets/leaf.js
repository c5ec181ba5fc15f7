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
  let input = controlOf(field, values, id);
  let isLost = false;
  const isText = () => input.classList.contains('text');
  const holdsLines = () => input instanceof HTMLTextAreaElement;
  const grow = () => { if (isText()) input.rows = Math.min(input.value.split('\n').length, 16); };
  const parts = frame(field, path, input, false);
  const select = values && choices(field, values, input, id);
  /** A secret is neither shown nor read aloud as it is typed. One that has lines, such as a private key, needs a control that has them, which is not shown alone. */
  const widen = () => {
    const wide = el('textarea', { id, rows: 1, class: 'text unseen' });
    wide.value = input.value;
    wide.setAttribute('data-path', path);
    dress(wide);
    parts.marks(wide);
    input.replaceWith(wide);
    input = wide;
  };
  const rename = (to, called) => {
    path = to;
    parts.rename(to, called);
    input.setAttribute('data-path', to);
    select?.rename(to, called ?? field.label ?? field.name);
  };
  const check = () => {
    if (isLost) {
      parts.say(NO_LINES);
      return false;
    }
    const text = input.value;
    const problem = wrong(field, text);
    parts.say(problem ?? doubt(field, text), !problem);
    return !problem;
  };
  const set = (text) => {
    isLost = false;
    input.value = text;
    grow();
    select?.follow();
    check();
    changed();
  };
  const dress = (control) => {
    Object.assign(control, { autocomplete: 'off', spellcheck: false });
    if (field.required) control.setAttribute('aria-required', 'true');
    if (['int32', 'int64'].includes(field.type)) control.inputMode = 'numeric';
    control.addEventListener('input', () => { isLost = false; grow(); if (!parts.problem.hidden) check(); changed(); });
    // Most texts have one line, and Enter is pressed by whoever is done with it.
    control.addEventListener('keydown', (event) => { if (isText() && event.key === 'Enter' && !event.shiftKey && !BREAK.test(input.value)) event.preventDefault(); });
    control.addEventListener('paste', paste);
    control.addEventListener('change', check);
  };
  const paste = (event) => {
    const text = event.clipboardData.getData('text');
    // The break behind a line that was copied is none of its own.
    const line = text.replace(/[\r\n]+$/, '');
    if (!BREAK.test(text) || (BREAK.test(line) && holdsLines())) return;
    event.preventDefault();
    const [start, end] = [input.selectionStart, input.selectionEnd];
    const isWide = BREAK.test(line) && widens(field, values);
    if (BREAK.test(line) && !isWide) {
      parts.say(NO_LINES);
      return;
    }
    if (isWide) {
      widen();
      input.focus();
    }
    input.setRangeText(isWide ? text : line, start, end, 'end');
    isLost = false;
    grow();
    check();
    changed();
  };
  dress(input);
  rename(path);
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
      if (BREAK.test(text) && !holdsLines() && widens(field, values)) widen();
      isLost = !holdsLines() && BREAK.test(text);
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
  if (field.type !== 'text' || values || field.sensitive) return el('input', { id, type: field.sensitive ? 'password' : 'text' });
  return el('textarea', { id, rows: 1, class: 'text' });
}

/** Whether a secret that has lines gets a control of several. */
const widens = (field, values) => HIDES_LINES && field.type === 'text' && field.sensitive && !values;

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
