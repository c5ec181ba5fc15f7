// Addresses of this page: #/live/2016-11-01/RestartLivePullToPush?Region=cn-shanghai. No secret is ever in one.

/** What names say of values that nothing else is known of. */
const SENSITIVE = /authkey|password|privatekey|secret|securitytoken/i;
/** Names of addresses, which may be written without what stands in front of `://`. */
const ADDRESS = /ur[il](s|list)?$|^(stream(in|out)put|stream|callback)$/i;
const NOTHING_KNOWN = {};
/** What holds other values. */
const GROUPS = ['list', 'map', 'object'];

/** Reads where the address leads: home where it is none of this page's. */
export function route(hash = location.hash) {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  let words;
  try {
    words = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return { page: 'home' };
  }
  if (words.length === 3) {
    return { page: 'operation', product: words[0], version: words[1], operation: words[2], texts: new URLSearchParams(query) };
  }
  return { page: words[0] === 'history' ? 'history' : 'home' };
}

/** Reads what an address says of the parameters of an operation. */
export function values(operation, texts) {
  const out = {};
  for (const [name, text] of texts) {
    out[name] = text;
    // Groups are JSON, which holds texts alone. A text that is JSON itself stays as it is: its numbers would come back as others.
    const field = operation.parameters.find((field) => field.name === name);
    if (GROUPS.includes(field?.type) && /^[[{]/.test(text)) {
      try { out[name] = JSON.parse(text); } catch { /* It is a text. */ }
    }
  }
  return out;
}

/** Writes the address of an operation with what may be seen of a request. */
export function permalink(operation, request) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(harmless(operation, request).request)) {
    query.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const words = [operation.product, operation.version, operation.name].map(encodeURIComponent).join('/');
  return `#/${words}${query.size ? `?${query}` : ''}`;
}

/**
 * Returns a request without what may be secret, and the names of what was left out: sensitive parameters, and addresses, which
 * can carry the key to push to them.
 */
function harmless(operation, request) {
  const left = [];
  const fields = (list, values) => {
    const out = {};
    for (const [name, value] of Object.entries(values)) {
      const field = list?.find((field) => field.name === name);
      const kept = one(field, value, name);
      if (kept !== undefined) out[name] = kept;
    }
    return out;
  };
  const one = (field, value, name) => {
    if (field ? field.sensitive : SENSITIVE.test(name)) {
      left.push(name);
      return undefined;
    }
    if (Array.isArray(value)) {
      const kept = value.map((item) => one(field?.item ?? NOTHING_KNOWN, item, name)).filter((item) => item !== undefined);
      return kept.length ? kept : undefined;
    }
    if (value && typeof value === 'object') {
      if (field?.type !== 'map') return fields(field?.fields, value);
      // Nothing but its key says what an entry holds: one that is called so is judged as what no document knows.
      const kept = Object.entries(value).map(([key, entry]) => [key, SENSITIVE.test(key) ? one(undefined, entry, key) : one(field.item, entry, name)]);
      return Object.fromEntries(kept.filter(([, entry]) => entry !== undefined));
    }
    // A text may hold JSON though no document says so.
    const isJson = field?.type === 'json' || /^\s*[[{]/.test(value);
    if (typeof value === 'string' && (value.includes('://') || ADDRESS.test(name) || (isJson && SENSITIVE.test(value)))) {
      left.push(name);
      return undefined;
    }
    return value;
  };
  const kept = fields(operation.parameters, request);
  return { request: kept, left: [...new Set(left)] };
}
