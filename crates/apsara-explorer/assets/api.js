// Calls of the program that serves this page. The token came with the address that it printed.

const KEY = 'apsara.token';

/** Takes the token out of the address, so that it is neither seen nor copied with a link; returns whether there was one. */
export function takeToken() {
  const found = /^#token=([A-Za-z0-9_-]+)(.*)$/.exec(location.hash);
  if (!found) return false;
  localStorage.setItem(KEY, found[1]);
  history.replaceState(null, '', found[2].startsWith('/') ? `#${found[2]}` : '#/');
  return true;
}

/** What the program answers when it does not do what it was asked. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.error ?? `the explorer answers ${status}`);
    this.status = status;
    this.answer = answer ?? {};
  }
}

/** What is thrown where nobody knows what the program did: no answer came, or not the whole of it. */
export class Lost extends Error {}

async function ask(path, options, read = (response) => response.json()) {
  const headers = { 'x-apsara-token': localStorage.getItem(KEY) ?? '', ...options.headers };
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: 'omit', redirect: 'error' });
  } catch {
    throw new Lost('The explorer does not answer any more. Start it again: apsara explorer');
  }
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
  try {
    return await read(response);
  } catch {
    throw new Lost('The answer of the explorer broke off.');
  }
}

/** Reads something. */
export const get = (path) => ask(path, { method: 'GET' });

const posted = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Has something done. */
export const post = (path, body) => ask(path, posted(body));

/** Has a file written. */
export const postForFile = (path, body) => ask(path, posted(body), (response) => response.blob());
