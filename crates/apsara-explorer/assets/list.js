// Products and operations, and the search among them.

import { el, fill } from './dom.js';
import { state } from './state.js';

const side = document.getElementById('list');
const search = document.getElementById('search');
const choice = document.getElementById('product');
const found = document.getElementById('found');

/** The link to an operation. */
function link(product, operation, withProduct) {
  const href = `#/${product.word}/${product.version}/${operation.name}`;
  const anchor = el('a', { class: 'op', href, title: operation.summary },
    el('span', { class: 'op-name' }, breakable(operation.name)),
    operation.impact === 'interrupt' && el('span', { class: 'dot bad', title: 'interrupts what runs' }, el('span', { class: 'hidden', textContent: 'interrupts what runs' })),
    withProduct && el('span', { class: 'op-product soft small', textContent: product.word }));
  if (operation.deprecated) anchor.classList.add('deprecated');
  return el('li', {}, anchor);
}

/** Lets a name that is too long for its line break where a word begins. */
function breakable(name) {
  const LONG = 32;
  if (name.length < LONG) return name;
  return name.split(/(?<=[a-z0-9])(?=[A-Z])/).flatMap((word, place) => (place ? [el('wbr'), word] : [word]));
}

/** Everything that is searched, with what a search looks at. */
let entries = [];
/** The groups of each product, made once. */
const groups = new Map();

/** Begins to show a catalogue. */
export function showList(products) {
  entries = products.flatMap((product) => product.operations.map((operation) => ({
    product, operation,
    lower: operation.name.toLowerCase(),
    rest: `${operation.summary} ${operation.group} ${product.word} ${product.title}`.toLowerCase(),
    codes: operation.codes.map((code) => code.toLowerCase()),
  })));
  fill(choice, products.map((product) =>
    el('option', { value: product.word, textContent: `${product.title} (${product.operations.length})` })));
  show();
}

/** Shows the operations of the product that is chosen, or what a search finds. */
function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  performance.mark('list-begins');
  if (words.length) showFound(words);
  else showProduct(choice.value);
  // Layout belongs to what somebody waits for.
  side.getBoundingClientRect();
  performance.measure('list', 'list-begins');
  markCurrent();
}

function showProduct(word) {
  const product = state.catalogue.products.find((product) => product.word === word);
  if (!product) return;
  if (!groups.has(word)) {
    const titles = Map.groupBy ? Map.groupBy(product.operations, (it) => it.group) : grouped(product.operations);
    groups.set(word, [...titles].map(([title, operations]) => el('section', { class: 'group' },
      el('h2', { textContent: title || 'Others' }),
      el('ul', {}, operations.map((operation) => link(product, operation))))));
  }
  fill(side, groups.get(word));
  found.textContent = `${product.operations.length} operations`;
}

function grouped(operations) {
  const out = new Map();
  for (const operation of operations) {
    if (!out.has(operation.group)) out.set(operation.group, []);
    out.get(operation.group).push(operation);
  }
  return out;
}

/** How well an entry fits: all words must be somewhere, and a name counts more than a sentence. */
function rate(entry, words) {
  let sum = entry.product.word === choice.value ? 1 : 0;
  for (const word of words) {
    const at = entry.lower.indexOf(word);
    if (at === 0) sum += 12;
    else if (at > 0) sum += 8;
    else if (entry.codes.some((code) => code.includes(word))) sum += 4;
    else if (entry.rest.includes(word)) sum += 2;
    else return 0;
  }
  // Of two that fit alike, the shorter name is nearer.
  return sum - entry.lower.length / 200;
}

function showFound(words) {
  const MOST = 200;
  const rated = entries.map((entry) => ({ entry, rate: rate(entry, words) })).filter(({ rate }) => rate > 0);
  rated.sort((one, other) => other.rate - one.rate);
  fill(side, rated.length
    ? el('ul', { class: 'matches' }, rated.slice(0, MOST).map(({ entry }) => link(entry.product, entry.operation, true)))
    : el('p', { class: 'soft empty', textContent: 'No operation, sentence or error code has all of these words.' }));
  const count = `${rated.length} found`;
  found.textContent = rated.length > MOST ? `${count}; the first ${MOST} are shown` : count;
}

/** Marks the operation that is open. */
export function markCurrent() {
  const here = location.hash.split('?')[0];
  for (const anchor of side.querySelectorAll('a.op')) {
    if (anchor.getAttribute('href') === here) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
}

/** Chooses the product of an operation that was opened. */
export function chooseProduct(word) {
  if (choice.value === word) return;
  choice.value = word;
  if (!search.value) show();
}

/** Moves among the links by arrow keys, from the search and back. */
function move(event) {
  if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  const links = [...side.querySelectorAll('a.op')];
  const at = links.indexOf(document.activeElement);
  if (at < 0 && event.key !== 'ArrowDown') return;
  event.preventDefault();
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (next < 0) search.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
}

search.addEventListener('input', show);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    search.value = '';
    show();
  } else if (event.key === 'Enter') {
    event.preventDefault();
    side.querySelector('a.op')?.click();
  } else if (event.key === 'ArrowDown') {
    move(event);
  }
});
side.addEventListener('keydown', move);
choice.addEventListener('change', () => { search.value = ''; show(); });
