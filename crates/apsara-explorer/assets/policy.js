// The smallest RAM policy that allows the call of the form.

import { post } from './api.js';
import { copyButton, el, fill, part } from './dom.js';
import { code } from './json.js';

/** What is said of a policy: that it allows no more than the call only where there is nothing to be known of it. */
const allowed = (remarks) => (remarks.length ? 'It is for this call. Read below what is to be known of it.' : 'It allows this call, and nothing else.');

/** Builds the panel; `read` reads the form. The result has `element`, and `changed()` for whenever the form has. */
export function policyPanel(operation, read) {
  const place = el('div', { class: 'boxed' });
  const remarks = el('ul', { class: 'soft small' });
  let latest = 0;
  const show = async () => {
    const mine = latest += 1;
    const { product, version, name } = operation;
    try {
      const written = await post('/api/policy', { product, version, operation: name, request: read() });
      if (mine !== latest) return;
      fill(place, written.policy
        ? [el('p', { class: 'soft small', textContent: allowed(written.remarks) }), copyButton(written.policy), code(written.policy, 'RAM policy in JSON')]
        : el('p', { class: 'soft', textContent: 'Nothing has to be allowed.' }));
      fill(remarks, written.remarks.map((remark) => el('li', { textContent: remark })));
    } catch (error) {
      if (mine !== latest) return;
      fill(place, el('p', { class: 'soft', textContent: error.message }));
      fill(remarks);
    }
  };
  show();
  return { element: part('policy', 'RAM policy', place, remarks), changed: show };
}
