// Sending a call: where to, with which options, and what becomes of it.

import { Lost, Refused, post } from './api.js';
import { inOneLine, showResult } from './answer.js';
import { confirmInterrupt } from './dialog.js';
import { el, fill, fold } from './dom.js';
import { emulatorPanel } from './emulator.js';
import { offerSeen } from './chips.js';
import { begin, forget, remember } from './history.js';
import { onTarget, state } from './state.js';

/** Builds the panel; `fields` is the form that the request is read from. */
export function sendPanel(operation, fields, page) {
  const attempts = el('input', { id: 'attempts', type: 'text', inputMode: 'numeric', placeholder: '3', autocomplete: 'off' });
  const unpaced = el('input', { id: 'unpaced', type: 'checkbox' });
  const unchecked = el('input', { id: 'unchecked', type: 'checkbox' });
  const button = el('button', { id: 'send', type: 'button', class: 'primary', 'aria-keyshortcuts': 'Control+Enter', on: { click: () => send() } });
  const where = el('p', { class: 'where' });
  const answer = el('div', { id: 'answer', tabIndex: -1 });
  // What is told by itself; an answer of any length is read by whoever goes there.
  const told = el('p', { id: 'told', class: 'hidden', role: 'status' });
  const tell = (text) => { told.textContent = text; };
  const emulator = emulatorPanel();
  const show = () => {
    const cloud = state.target === 'cloud';
    button.textContent = cloud ? 'Send to the cloud' : 'Send to the emulator';
    button.classList.toggle('danger', cloud);
    emulator.hidden = cloud;
    fill(where, cloud ? `Calls go to ${place(operation)}${elsewhere(operation)}, with your credentials.` : 'Calls go to an emulator in this program. Nothing leaves this machine.');
  };
  const stop = onTarget(() => { if (button.isConnected) show(); else stop(); });
  show();

  const send = async () => {
    if (button.disabled) return;
    if (!unchecked.checked && !fields.check()) return;
    const call = {
      product: operation.product, version: operation.version, operation: operation.name, request: fields.read(), target: state.target,
      options: { attempts: attempts.value, unpaced: unpaced.checked, unchecked: unchecked.checked },
    };
    button.disabled = true;
    answer.setAttribute('aria-busy', 'true');
    fill(answer, el('p', { class: 'soft', textContent: 'Sending …' }));
    tell('Sending …');
    try {
      const result = await sendConfirmed(operation, call);
      if (result === undefined) {
        fill(answer, el('p', { class: 'soft', textContent: 'Nothing was sent.' }));
        tell('Nothing was sent.');
        return;
      }
      showResult(answer, result);
      tell(inOneLine(result));
      keepSeen(result.answer);
      offerSeen(page);
      answer.scrollIntoView({ block: 'nearest' });
      fields.tell(result.error?.violations ?? []);
    } catch (error) {
      const violations = error instanceof Refused ? error.answer.violations ?? [] : [];
      const rest = fields.tell(violations);
      fill(answer, el('div', { class: 'result bad' }, el('p', { textContent: error.message }),
        rest.length > 0 && el('ul', {}, rest.map(({ parameter, rule }) => el('li', { textContent: `${parameter} ${rule}` })))));
      tell(error.message);
    } finally {
      button.disabled = false;
      answer.removeAttribute('aria-busy');
    }
  };

  const check = (input, text) => el('label', { class: 'check' }, input, ` ${text}`);
  const element = el('section', { class: 'call', id: 'call', 'aria-label': 'Send' },
    where, button, told, answer,
    fold('Options', false,
      check(unpaced, 'Do not wait for the quota'),
      check(unchecked, 'Send it whatever the documents say of its parameters'),
      el('div', { class: 'field' }, el('label', { class: 'name', for: 'attempts', textContent: 'Attempts at most' }), attempts)),
    emulator);
  return { element, send };
}

/** Where calls to the cloud go, in words. */
const place = (operation) => operation.endpoint?.host ?? 'the cloud';

/** Says if what is in the form can lead them elsewhere. */
const elsewhere = (operation) => (operation.endpoint?.followsRegionId ? ' unless RegionId names another region' : '');

/** Sends a call, and asks first if it interrupts something; returns nothing if the answer is no. */
async function sendConfirmed(operation, call) {
  try {
    return await sendOnce(operation, call);
  } catch (error) {
    if (!(error instanceof Refused) || !error.answer.confirm) throw error;
    const { confirm } = error.answer;
    const where = call.target === 'cloud' ? confirm.host ?? place(operation) : 'the emulator';
    if (!await confirmInterrupt(operation, confirm, call.target, where)) return undefined;
    return sendOnce(operation, { ...call, confirmed: true });
  }
}

/** Sends a call and keeps what became of it, before anything else is done with that. */
async function sendOnce(operation, call) {
  const id = begin(operation, call);
  let result;
  try {
    result = await resultOf(operation, call);
  } catch (error) {
    forget(id);
    throw error;
  }
  remember(id, operation, call, result);
  return result;
}

/** Sends a call; one whose answer is lost may have been executed, and its result says so. */
async function resultOf(operation, call) {
  const begun = performance.now();
  try {
    return await post('/api/send', call);
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    const advice = operation.repeat === 'safe'
      ? 'Send it again: it only reads.'
      : 'Look at what it is about before you send it again: it may have been executed.';
    return {
      outcome: 'unknown',
      target: call.target === 'cloud' ? 'the cloud' : 'the emulator',
      took: Math.round(performance.now() - begun),
      error: { message: error.message, advice },
    };
  }
}

/** Keeps the texts of an answer for the forms that want them. */
function keepSeen(answer) {
  for (const [name, value] of Object.entries(answer ?? {})) {
    if (typeof value === 'string' && value && name !== 'RequestId' && !value.includes('[redacted]')) state.seen.set(name, value);
  }
}
