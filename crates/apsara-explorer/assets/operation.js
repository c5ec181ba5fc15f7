// An operation: its form, and what its documents say.

import { get } from './api.js';
import { codePanel } from './code.js';
import { copyButton, el, fill, mark, part } from './dom.js';
import { form } from './form.js';
import { json } from './json.js';
import { markdown } from './markdown.js';
import { permalink, values } from './permalink.js';
import { policyPanel } from './policy.js';
import { sendPanel } from './send.js';

const IMPACT = { none: ['only reads', 'good'], change: ['changes something', 'plain'], interrupt: ['interrupts what runs', 'bad'] };
const REPEAT = {
  safe: 'Safe to repeat: it only reads, and is tried again after any failure that may pass.',
  with_token: 'Safe to repeat with a client token, which is made if none is given.',
  unsafe: 'Unsafe to repeat: it is tried again only where it is known not to have been executed.',
};

/**
 * Shows an operation, with values in its form, while `isOpen` says that nobody has gone elsewhere; the result can be sent, or is
 * nothing if there is none.
 */
export async function showOperation(main, route, isOpen) {
  let operation;
  try {
    operation = await get(`/api/operation/${[route.product, route.version, route.operation].map(encodeURIComponent).join('/')}`);
  } catch (error) {
    if (isOpen()) fill(main, el('div', { class: 'page' }, el('h1', { id: 'heading', textContent: route.operation }), el('p', { class: 'problem', textContent: error.message })));
    return undefined;
  }
  if (!isOpen()) return undefined;
  document.title = `${operation.name}, Apsara explorer`;

  let later;
  const changed = () => {
    clearTimeout(later);
    later = setTimeout(() => {
      if (!isOpen()) return;
      history.replaceState(null, '', permalink(operation, fields.read()));
      code.changed();
      policy.changed();
    }, 250);
  };
  const fields = form(operation, changed);
  fields.write(values(operation, route.texts));
  const page = el('div', { class: 'operation' });
  const call = sendPanel(operation, fields, page);
  const code = codePanel(operation, fields.read);
  const policy = policyPanel(operation, fields.read);
  page.append(
    head(operation, fields),
    el('form', { id: 'form', class: 'part', noValidate: true, 'aria-labelledby': 'form-title', on: { submit: (event) => event.preventDefault() } },
      el('h2', { id: 'form-title', textContent: 'Parameters' }), fields.element),
    call.element,
    el('div', { class: 'docs' }, code.element, policy.element, facts(operation), about(operation), response(operation), codes(operation), changes(operation)));
  fill(main, page);
  scrollTo(0, 0);
  return call;
}

function head(operation, fields) {
  const [impact, tone] = IMPACT[operation.impact] ?? IMPACT.change;
  const { quota } = operation;
  const link = () => `${location.origin}/${permalink(operation, fields.read())}`;
  return el('header', { class: 'head' },
    el('p', { class: 'soft small crumbs' }, el('a', { href: '#/', class: 'back' }, 'Operations'), ` / ${operation.product} / ${operation.version}`),
    el('h1', { id: 'heading' }, operation.name.split(/(?<=[a-z0-9])(?=[A-Z])/).flatMap((word, place) => (place ? [el('wbr'), word] : [word]))),
    operation.summary !== operation.name && el('p', { class: 'lead', textContent: operation.summary }),
    el('div', { class: 'row' },
      mark(operation.method, 'plain', 'HTTP method'),
      mark(impact, tone),
      mark(operation.repeat === 'unsafe' ? 'unsafe to repeat' : 'safe to repeat', operation.repeat === 'unsafe' ? 'warn' : 'good'),
      quota && mark(`${quota.calls} per ${quota.seconds === 1 ? 'second' : `${quota.seconds} seconds`}`),
      operation.deprecated && mark('deprecated', 'warn'),
      copyButton(link, 'Copy link')));
}

function facts(operation) {
  const { quota, ram, endpoint } = operation;
  const row = (name, ...value) => [el('dt', { textContent: name }), el('dd', {}, value)];
  const list = (values) => values.flatMap((value, place) => [place ? ', ' : '', el('code', { textContent: value })]);
  return part('facts', 'Facts', el('dl', { class: 'facts' },
    row('Quota', quota ? `${quota.calls} calls in ${quota.seconds} s, of the account with all its RAM users` : 'No document says it.'),
    row('Repeat', REPEAT[operation.repeat] ?? REPEAT.unsafe),
    row('RAM action', ram ? (ram.actions.length ? list(ram.actions) : 'None: everybody may call it.') : 'No document says it.'),
    ram?.actions.length > 0 && [
      ram.level && row('Access level', ram.level),
      row('Resources', ram.resources.length ? list(ram.resources) : 'none named'),
      ram.conditionKeys.length > 0 && row('Condition keys', list(ram.conditionKeys)),
      ram.dependentActions.length > 0 && row('Also needs', list(ram.dependentActions)),
    ],
    endpoint && row('Endpoint', el('code', { textContent: endpoint.host }), ` ${endpoint.because}`),
    row('Request', el('code', { textContent: `${operation.method} ${operation.path}` })),
    row('In a terminal', el('code', { textContent: `${operation.command} --help` }))));
}

function about(operation) {
  return operation.description && part('about', 'About', el('div', { class: 'prose' }, markdown(operation.description)));
}

function response(operation) {
  const { response, sample, hidden } = operation;
  if (!response && !sample) return undefined;
  const rows = (fields) => el('ul', { class: 'tree' }, fields.map((field) => el('li', {},
    el('code', { class: 'name', textContent: field.name }), ' ', el('span', { class: 'soft small', textContent: field.type }),
    hidden.includes(field.name.toLowerCase()) && [' ', mark('not shown here', 'warn', 'It may be secret, and no secret reaches this page')],
    field.description && el('div', { class: 'small prose' }, markdown(field.description)),
    field.fields && rows(field.fields))));
  return part('response', 'Answer',
    response?.fields ? rows(response.fields) : response && el('p', { class: 'soft', textContent: response.type }),
    sample && el('details', { class: 'fold' }, el('summary', { textContent: 'Example' }), json(sample, 'Example of an answer')));
}

function codes(operation) {
  if (!operation.codes.length) return undefined;
  return part('codes', 'Error codes', el('ul', { class: 'codes' }, operation.codes.map((code) => el('li', {},
    el('p', { class: 'code-line' }, el('code', { class: 'name', textContent: code.code }), ' ', el('span', { class: 'soft small', textContent: `HTTP ${code.status}` }),
      code.outcome === 'unknown' && [' ', mark('may have been executed', 'warn')]),
    code.meaning && el('p', { textContent: code.meaning }),
    el('p', { class: 'soft small', textContent: code.advice })))));
}

function changes(operation) {
  return part('changes', 'Changes', operation.changes.length
    ? el('ul', { class: 'codes' }, operation.changes.map((change) => el('li', {},
      el('time', { dateTime: change.time, textContent: change.time.slice(0, 10) }), ' ', change.what)))
    : el('p', { class: 'soft', textContent: 'The documents of this product list no changes.' }));
}
