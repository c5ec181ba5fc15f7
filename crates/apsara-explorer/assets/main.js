// The page: what is open, and what keys do.

import { get, takeToken } from './api.js';
import { showKeys } from './dialog.js';
import { el, fill } from './dom.js';
import { showHistory } from './history.js';
import { chooseProduct, markCurrent, showList } from './list.js';
import { showOperation } from './operation.js';
import { route } from './permalink.js';
import { onTarget, setTarget, state } from './state.js';
import { nextTheme } from './theme.js';

const main = document.getElementById('main');
const search = document.getElementById('search');
const targets = document.getElementById('target');
const note = document.getElementById('cloud-note');

/** What can be sent on the page that is open. */
let call;
/** How many pages were opened; what comes late for an earlier one is thrown away. */
let opened = 0;
/** Whether what is opened next is opened to search there. */
let toSearch = false;

async function show() {
  const mine = opened += 1;
  const isOpen = () => mine === opened;
  const to = route();
  const [from, typed] = [document.activeElement, search.value];
  document.body.dataset.page = to.page;
  markCurrent();
  call = undefined;
  if (to.page === 'operation') {
    chooseProduct(to.product);
    const shown = await showOperation(main, to, isOpen);
    if (!isOpen()) return;
    call = shown;
    markCurrent();
  } else if (to.page === 'history') {
    document.title = 'History, Apsara explorer';
    showHistory(main);
  } else {
    document.title = 'Apsara explorer';
    showHome();
  }
  if (mine > 1) arrive(from, typed);
}

/** Leads the keyboard to what was opened, so that keys act there, unless somebody has gone on meanwhile. */
function arrive(from, typed) {
  const at = document.activeElement;
  if (toSearch) startSearch();
  else if ((at === from && search.value === typed) || at === document.body) main.focus({ preventScroll: true });
  toSearch = false;
}

function startSearch() {
  search.focus();
  search.select();
}

function showHome() {
  const step = (title, text) => el('li', {}, el('strong', { textContent: title }), ' ', text);
  const count = state.catalogue.products.reduce((sum, product) => sum + product.operations.length, 0);
  fill(main, el('div', { class: 'page home' },
    el('h1', { id: 'heading', textContent: 'Try an operation' }),
    el('p', { class: 'lead', textContent: `${count} operations of ${state.catalogue.products.length} products, with an emulator to try them in. Nothing leaves this machine unless you switch to the cloud.` }),
    el('ol', { class: 'steps' },
      step('Find it.', 'Any words of its name, of what it does, or an error code will do.'),
      step('Fill in the form.', 'It says at once what does not hold, by the rules that the client checks.'),
      step('Send it.', 'The answer stands beside its time, its request id and what became of the call.')),
    el('p', {}, 'Begin with ', el('a', { href: '#/live/2016-11-01/CreateLivePullToPush', textContent: 'CreateLivePullToPush' }),
      ', which makes a relay task, and restart it by ', el('a', { href: '#/live/2016-11-01/RestartLivePullToPush', textContent: 'RestartLivePullToPush' }), '.')));
}

/** Says why nothing works, and what to do. */
function showRefused(error) {
  document.body.dataset.page = 'refused';
  fill(main, el('div', { class: 'page' },
    el('h1', { id: 'heading', textContent: error.status === 403 ? 'Open the address with its token' : 'It does not work' }),
    el('p', { class: 'lead', textContent: error.message }),
    error.status === 403 && el('p', {}, 'Every start of the explorer has a token of its own. The address with it stands in the terminal, below ', el('code', { textContent: 'apsara explorer' }), '.')));
}

targets.addEventListener('change', (event) => setTarget(event.target.value));
onTarget((target) => {
  document.body.dataset.target = target;
  note.hidden = target !== 'cloud';
  note.textContent = target === 'cloud' ? 'Calls go to the cloud, with your credentials. What they do is real.' : '';
});

function isTyping(target) {
  return target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    call?.send();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  const keys = {
    '/': () => {
      // A narrow page has room for the search at home alone.
      toSearch = document.body.dataset.page !== 'home' && matchMedia('(max-width: 799px)').matches;
      if (toSearch) location.hash = '#/';
      else startSearch();
    },
    '?': showKeys,
    h: () => { location.hash = '#/history'; },
    t: nextTheme,
    p: () => main.querySelector('#form input:not([hidden]), #form select, #form textarea')?.focus(),
    a: () => main.querySelector('#answer')?.focus(),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
document.getElementById('keys').addEventListener('click', showKeys);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});

// The address that a later start printed is no other page to a browser that shows this one: only what is behind its # is another.
addEventListener('hashchange', (event) => {
  if (!takeToken()) return;
  event.stopImmediatePropagation();
  location.reload();
});

async function start() {
  takeToken();
  try {
    [state.catalogue, state.status] = await Promise.all([get('/api/catalogue'), get('/api/status')]);
  } catch (error) {
    showRefused(error);
    return;
  }
  const { cloud, emulator } = state.status;
  state.ahead = Date.parse(emulator.time) - Date.now();
  const choice = targets.querySelector('[value=cloud]');
  choice.disabled = !cloud.configured;
  choice.closest('label').title = cloud.because ?? '';
  // A browser may have restored what was chosen before the page was loaded again.
  targets.querySelector('[value=emulator]').checked = true;
  setTarget('emulator');
  showList(state.catalogue.products);
  addEventListener('hashchange', show);
  await show();
}

start();
