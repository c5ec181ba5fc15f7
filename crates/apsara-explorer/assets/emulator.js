// What can be done to the emulator: what befalls its calls, its time, and a fresh start.

import { get, post } from './api.js';
import { el, fill, fold } from './dom.js';
import { state } from './state.js';

const FAULTS = [
  ['', 'succeed, if they are right'],
  ['throttled', 'are throttled: Throttling.User'],
  ['failed', 'fail with HTTP 500 before anything is done'],
  ['cut', 'are done, and the connection is cut'],
  ['unreadable', 'are done, and the answer is no JSON'],
  ['slow', 'take two seconds'],
];

/** Builds the panel. */
export function emulatorPanel() {
  const facts = el('dl', { class: 'facts' });
  const faults = el('select', { id: 'fault' }, FAULTS.map(([value, textContent]) => el('option', { value, textContent })));
  const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
  const show = (now) => {
    faults.value = now.fault ?? '';
    state.ahead = Date.parse(now.time) - Date.now();
    fill(facts,
      el('dt', { textContent: 'Its time' }), el('dd', { textContent: now.time.replace('T', ' ').replace('Z', ' UTC') }),
      el('dt', { textContent: 'Relay tasks' }), el('dd', { textContent: String(now.tasks) }),
      el('dt', { textContent: 'Calls so far' }), el('dd', { textContent: String(now.calls) }));
  };
  const run = async (work) => {
    try {
      show(await work());
      problem.hidden = true;
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.message;
    }
  };
  faults.addEventListener('change', () => run(() => post('/api/emulator', { fault: faults.value })));
  const button = (textContent, body) => el('button', { type: 'button', class: 'quiet', textContent, on: { click: () => run(() => post('/api/emulator', body)) } });
  const panel = fold('The emulator', false,
    facts,
    el('div', { class: 'field' }, el('label', { class: 'name', for: 'fault', textContent: 'All calls to it' }), faults),
    el('div', { class: 'row' }, button('An hour later', { advance: 3600 }), button('A day later', { advance: 86400 }), button('Start afresh', { reset: true })),
    problem);
  panel.id = 'emulator';
  panel.addEventListener('toggle', () => { if (panel.open) run(() => get('/api/emulator')); });
  return panel;
}
