// What all controls of a form have: a label, what is said of the value, and what is wrong with it.

import { el } from './dom.js';
import { markdown } from './markdown.js';
import { rules } from './validate.js';

let count = 0;

/** An id that no other element has. */
export const freshId = () => `p${count += 1}`;

/**
 * Makes the label of `inner`, the control or the group itself, and the texts around it; `say` tells what is wrong, or nothing,
 * `rename` gives it another path, with a label of its own if it has one, and `marks` names another control that stands for it.
 */
export function frame(field, path, inner, group) {
  const id = inner.id;
  const hints = [];
  const name = document.createTextNode(field.label ?? field.name);
  const label = group ? el('legend', { class: 'name' }, name) : el('label', { class: 'name', for: id }, name);
  if (field.required) label.append(' ', el('span', { class: 'need', textContent: 'required' }));
  if (field.deprecated) label.append(' ', el('span', { class: 'mark warn', textContent: 'deprecated' }));
  const about = el(group ? 'p' : 'span', { class: 'rules soft small', id: `${id}-rules`, textContent: rules(field) });
  const head = group ? [label, about] : el('div', { class: 'field-head' }, label, about);
  const problem = el('p', { class: 'problem', id: `${id}-problem`, hidden: true });
  if (field.description) hints.push(el('div', { class: 'about small', id: `${id}-about` }, markdown(field.description)));
  const controls = [];
  const marks = (control) => {
    controls.push(control);
    control.setAttribute('aria-describedby', ['rules', 'problem', ...(hints.length ? ['about'] : [])].map((part) => `${id}-${part}`).join(' '));
  };
  marks(inner);
  let said;
  const say = (text, isDoubt) => {
    said = text;
    problem.hidden = !text;
    problem.textContent = text ? `${path} ${text}` : '';
    problem.classList.toggle('doubt', Boolean(isDoubt));
    for (const control of controls) {
      if (text && !isDoubt) control.setAttribute('aria-invalid', 'true');
      else control.removeAttribute('aria-invalid');
    }
  };
  const rename = (to, called) => {
    path = to;
    if (called) name.data = called;
    if (said) problem.textContent = `${path} ${said}`;
  };
  return { label, head, problem, hints, say, rename, marks };
}
