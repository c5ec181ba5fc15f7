// Questions, and the list of keys.

import { el } from './dom.js';

/** Shows a dialog until it is answered; the answer is the value of the button, or nothing. */
function ask(dialog) {
  document.body.append(dialog);
  return new Promise((answered) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      answered(dialog.returnValue);
    });
    dialog.showModal();
  });
}

function buttons(...list) {
  return el('form', { method: 'dialog', class: 'buttons' }, list);
}

/** Asks before a call that interrupts something; returns whether it may go out. */
export async function confirmInterrupt(operation, asked, target, where) {
  const cloud = target === 'cloud';
  const dialog = el('dialog', { class: cloud ? 'ask danger' : 'ask', id: 'confirm', 'aria-labelledby': 'confirm-title' },
    el('h2', { id: 'confirm-title', textContent: cloud ? 'This interrupts what runs in the cloud' : 'This interrupts what runs in the emulator' }),
    el('p', {}, el('strong', { textContent: operation.name }), ` goes to ${where}.`),
    asked.sentences.map((sentence) => el('p', { textContent: sentence })),
    asked.parameters.length > 0 && el('dl', { class: 'facts' }, asked.parameters.map(({ name, value }) => [
      el('dt', { textContent: name }), el('dd', {}, el('code', { textContent: value }))])),
    buttons(
      el('button', { value: 'no', textContent: 'Do not send', autofocus: true }),
      el('button', { value: 'yes', class: cloud ? 'primary danger' : 'primary', textContent: cloud ? 'Interrupt it in the cloud' : 'Interrupt it' })));
  return await ask(dialog) === 'yes';
}

const KEYS = [
  ['/', 'Find an operation'],
  ['↓ ↑', 'Move through the list'],
  ['Enter', 'Open what is found first, or what is chosen'],
  ['Ctrl Enter', 'Send the call'],
  ['Shift Enter', 'Begin another line in a text'],
  ['p', 'Go to the parameters'],
  ['a', 'Go to the answer'],
  ['h', 'History'],
  ['t', 'Light, dark, or as the system'],
  ['?', 'This list'],
];

/** Shows what keys do. */
export function showKeys() {
  return ask(el('dialog', { class: 'ask', 'aria-labelledby': 'keys-title' },
    el('h2', { id: 'keys-title', textContent: 'Keys' }),
    el('dl', { class: 'facts keys' }, KEYS.map(([key, what]) => [
      el('dt', {}, el('kbd', { textContent: key })), el('dd', { textContent: what })])),
    buttons(el('button', { value: 'ok', textContent: 'Close', autofocus: true }))));
}
