// What became of a call.

import { copyButton, el, fill, fold, mark } from './dom.js';
import { code, json } from './json.js';

const TONES = { succeeded: 'good', unknown: 'warn', executed: 'warn' };
const WORDS = {
  succeeded: 'succeeded',
  'not sent': 'not sent: nothing happened',
  rejected: 'rejected: nothing happened',
  executed: 'executed, but its answer could not be read',
  unknown: 'unknown: look before you try again',
};

/** Shows the result of a call. */
export function showResult(place, result) {
  const { error } = result;
  fill(place,
    el('div', { class: `result ${TONES[result.outcome] ?? 'bad'}` },
      el('p', { class: 'verdict' }, mark(WORDS[result.outcome] ?? result.outcome, TONES[result.outcome] ?? 'bad'),
        result.status && el('span', { class: 'soft', textContent: `HTTP ${result.status}` }),
        el('span', { class: 'soft', textContent: `to ${result.target}` })),
      el('dl', { class: 'facts numbers' },
        fact('Time', `${result.took} ms`),
        result.waited > 0 && fact('Waited for the quota', `${result.waited} ms`),
        result.attempts > 0 && fact('Attempts', String(result.attempts)),
        result.requestId && fact('Request id', [el('code', { textContent: result.requestId }), ' ', copyButton(result.requestId)]),
        result.clientToken && fact('Client token', el('code', { textContent: result.clientToken }))),
      error && problem(error),
      result.hidden?.length > 0 && el('p', { class: 'note' },
        `Not shown, because it may be secret: ${result.hidden.join(', ')}. No secret reaches this page; a terminal shows it: `,
        el('code', { textContent: result.command })),
      result.answer !== undefined && result.answer !== null && el('div', { class: 'boxed' },
        el('h3', { textContent: 'Answer' }), copyButton(result.answerText), json(result.answerText, 'Answer in JSON')),
      result.request && fold('Signed request', false,
        el('p', { class: 'soft small', textContent: 'As it went out, without signature and secrets.' }),
        copyButton(result.request), code(result.request, 'Signed request'))));
}

/** Says in a few words what became of a call. */
export function inOneLine({ outcome, error, took, requestId }) {
  const words = [WORDS[outcome] ?? outcome, error?.code, `${took} ms`, requestId && `request id ${requestId}`];
  return words.filter(Boolean).join(', ');
}

const fact = (name, value) => [el('dt', { textContent: name }), el('dd', {}, value)];

/** What went wrong, what it means, and what to do. */
function problem(error) {
  return el('div', { class: 'wrong' },
    el('h3', {}, error.code ? el('code', { textContent: error.code }) : 'It failed'),
    el('p', { textContent: error.message }),
    el('dl', { class: 'facts' },
      error.meaning && fact('It means', error.meaning),
      error.advice && fact('What to do', error.advice),
      error.again && fact('Again?', error.again),
      error.denied && fact('Denied', error.denied)));
}
