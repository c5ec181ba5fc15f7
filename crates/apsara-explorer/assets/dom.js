// Building elements. Texts are always texts: nothing here reads HTML.

/**
 * Makes an element. Of `properties`, `on` holds listeners, what has a hyphen or is an `aria` or `role` becomes an attribute, and
 * the others are set as properties. Children are nodes or texts; nothing, false and null are left out.
 */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === 'on') {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (key === 'class') {
      element.className = value;
    } else if (key === 'data') {
      Object.assign(element.dataset, value);
    } else if (key.includes('-') || key === 'role' || key === 'for' || key === 'list') {
      element.setAttribute(key, value);
    } else {
      element[key] = value;
    }
  }
  append(element, children);
  return element;
}

/** Appends what is there, one by one: a long answer has more parts than a function takes arguments. */
function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) parent.append(child);
  }
}

/** Puts other children in the place of an element's own. */
export function fill(element, ...children) {
  const all = document.createDocumentFragment();
  append(all, children);
  element.replaceChildren(all);
}

/** A button that copies a text, and says that it did. */
export function copyButton(text, label = 'Copy') {
  const button = el('button', { type: 'button', class: 'quiet copy', textContent: label });
  button.addEventListener('click', async () => {
    const value = typeof text === 'function' ? text() : text;
    try {
      await navigator.clipboard.writeText(value);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not allowed';
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

/** A part of the page that can be folded away. */
export function fold(title, open, ...children) {
  return el('details', { class: 'fold', open }, el('summary', { textContent: title }), ...children);
}

/** The heading of a part, with an id that labels it. */
export function part(id, title, ...children) {
  return el('section', { class: 'part', id, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title`, textContent: title }), ...children);
}

/** A small mark with a tone: `plain`, `good`, `warn` or `bad`. */
export function mark(text, tone = 'plain', title) {
  return el('span', { class: `mark ${tone}`, textContent: text, title });
}
