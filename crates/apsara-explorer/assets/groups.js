// The controls of values that hold others: objects, lists, maps.

import { el, fill } from './dom.js';
import { control } from './form.js';
import { frame, freshId } from './frame.js';
import { wrongCount } from './validate.js';

/** Makes the controls of an object. */
export function object(field, path, changed) {
  const id = freshId();
  const rows = field.fields.map((inner) => control(inner, `${path}.${inner.name}`, () => { heed(); changed(); }));
  const inside = el('div', { class: 'inside' }, rows.map((row) => row.element));
  const group = el('fieldset', { class: 'field group-field', id });
  const parts = frame(field, path, group, true);
  group.append(...parts.head, ...parts.hints, inside, parts.problem);
  const read = () => {
    const given = rows.map((row) => [row.field.name, row.read()]).filter(([, value]) => value !== undefined);
    return given.length ? Object.fromEntries(given) : undefined;
  };
  const heed = () => { if (!parts.problem.hidden) parts.say(); };
  return {
    field, element: group, read,
    rename(to, called) {
      path = to;
      parts.rename(to, called);
      rows.forEach((row) => row.rename(`${path}.${row.field.name}`));
    },
    write: (value) => rows.forEach((row) => row.write(value?.[row.field.name])),
    check() {
      // An object that is not given has nothing wrong in it.
      if (read() === undefined) {
        parts.say(field.required ? 'is required' : undefined);
        if (!field.required) rows.forEach((row) => row.write(undefined));
        return !field.required;
      }
      parts.say();
      return rows.map((row) => row.check()).every(Boolean);
    },
    focus: () => rows[0]?.focus(),
    tell(name, rule, isWarning) {
      if (name !== path) return rows.some((row) => row.tell(name, rule, isWarning));
      parts.say(rule, isWarning);
      return true;
    },
  };
}

/** Makes the controls of a list, which grows and shrinks. */
export function list(field, path, changed) {
  const id = freshId();
  const items = [];
  const inside = el('ol', { class: 'inside items' });
  const group = el('fieldset', { class: 'field group-field', id });
  const parts = frame(field, path, group, true);
  const add = el('button', { type: 'button', class: 'quiet add', textContent: `Add to ${field.name}`, on: { click: () => { append().focus(); changed(); } } });
  group.append(...parts.head, ...parts.hints, inside, add, parts.problem);
  const at = (place) => `${path}[${place + 1}]`;
  const title = (place) => `${field.name} ${place + 1}`;
  const number = () => items.forEach((item, place) => item.rename(at(place), title(place)));
  const show = () => fill(inside, items.map((item, place) => el('li', {},
    item.element,
    el('button', {
      type: 'button', class: 'quiet remove', textContent: 'Remove', 'aria-label': `Remove ${title(place)}`,
      on: { click: () => { items.splice(items.indexOf(item), 1); number(); show(); parts.say(); changed(); add.focus(); } },
    }))));
  const append = () => {
    const place = items.length;
    const inner = { ...field.item, name: field.name, label: title(place), required: false, sensitive: field.sensitive };
    const item = control(inner, at(place), changed);
    items.push(item);
    show();
    return item;
  };
  const given = () => items.map((item) => item.read()).filter((value) => value !== undefined);
  // What is said of a request counts the rows that were sent, and empty ones are not.
  const sent = (number) => items.filter((item) => item.read() !== undefined)[number - 1];
  return {
    field, element: group,
    rename(to, called) {
      path = to;
      parts.rename(to, called);
      number();
    },
    read: () => (given().length ? given() : undefined),
    write(value) {
      items.length = 0;
      const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
      // A list that must be given has a place to write into.
      if (!values.length && field.required) append();
      values.forEach((one) => append().write(one));
      parts.say();
      show();
    },
    check() {
      const problem = wrongCount(field, given().length);
      parts.say(problem);
      return items.map((item) => item.check()).every(Boolean) && !problem;
    },
    focus: () => (items[0] ?? { focus: () => add.focus() }).focus(),
    tell(name, rule, isWarning) {
      if (name === path) {
        parts.say(rule, isWarning);
        return true;
      }
      const found = name.startsWith(path) && /^\[(\d+)\](.*)$/s.exec(name.slice(path.length));
      const item = found && sent(Number(found[1]));
      return Boolean(item) && item.tell(at(items.indexOf(item)) + found[2], rule, isWarning);
    },
  };
}

/** Makes the controls of an object whose keys are not known. */
export function map(field, path, changed) {
  const id = freshId();
  const entries = [];
  const inside = el('ul', { class: 'inside items' });
  const group = el('fieldset', { class: 'field group-field', id });
  const parts = frame(field, path, group, true);
  const add = el('button', { type: 'button', class: 'quiet add', textContent: `Add to ${field.name}`, on: { click: () => { append().key.focus(); changed(); } } });
  group.append(...parts.head, ...parts.hints, inside, add, parts.problem);
  const show = () => fill(inside, entries.map((entry, place) => el('li', {},
    el('div', { class: 'field' }, el('label', { class: 'name', for: entry.key.id, textContent: 'Key' }), entry.key),
    entry.value.element,
    el('button', {
      type: 'button', class: 'quiet remove', textContent: 'Remove', 'aria-label': `Remove entry ${place + 1} of ${field.name}`,
      on: { click: () => { entries.splice(entries.indexOf(entry), 1); show(); heed(); add.focus(); } },
    }))));
  /** What was wrong with the keys may be right now. */
  const heed = () => {
    if (!parts.problem.hidden) mark();
    changed();
  };
  const append = () => {
    const key = el('input', { id: freshId(), type: 'text', autocomplete: 'off', spellcheck: false, on: { input: heed } });
    key.setAttribute('aria-describedby', `${id}-problem`);
    const value = control({ ...field.item, name: field.name, label: 'Value', required: false, sensitive: field.sensitive }, `${path}.*`, heed);
    entries.push({ key, value });
    show();
    return { key, value };
  };
  const given = () => entries.map(({ key, value }) => [key.value, value.read()]).filter(([key, value]) => key !== '' && value !== undefined);
  /** The first key by which a value would be lost, and why. */
  const lost = () => {
    const keys = new Set();
    for (const { key, value } of entries.filter(({ value }) => value.read() !== undefined)) {
      if (key.value === '') return { key, problem: 'has a value without a key' };
      if (keys.has(key.value)) return { key, problem: `names ${key.value} twice` };
      keys.add(key.value);
    }
    return {};
  };
  /** Says what is wrong with the keys, if anything is. */
  const mark = () => {
    const found = lost();
    for (const { key } of entries) {
      if (key === found.key) key.setAttribute('aria-invalid', 'true');
      else key.removeAttribute('aria-invalid');
    }
    const problem = found.problem ?? (field.required && !given().length ? 'is required' : undefined);
    parts.say(problem);
    return !problem;
  };
  return {
    field, element: group,
    rename(to, called) {
      path = to;
      parts.rename(to, called);
      entries.forEach(({ value }) => value.rename(`${path}.*`));
    },
    read: () => (given().length ? Object.fromEntries(given()) : undefined),
    write(value) {
      entries.length = 0;
      for (const [name, one] of Object.entries(value ?? {})) {
        const entry = append();
        entry.key.value = name;
        entry.value.write(one);
      }
      show();
    },
    check() {
      const isRight = mark();
      return entries.map(({ value }) => value.check()).every(Boolean) && isRight;
    },
    focus: () => (lost().key ?? add).focus(),
    tell(name, rule, isWarning) {
      if (name !== path && !name.startsWith(`${path}.`)) return false;
      parts.say(rule, isWarning);
      return true;
    },
  };
}
