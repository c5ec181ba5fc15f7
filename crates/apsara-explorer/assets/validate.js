// What one value must be, in the words of the runtime, which has the last one.

const INTEGER = /^[+-]?\d+$/;

/** Returns what is wrong with a text, or nothing; the rule follows the name of the parameter. */
export function wrong(field, text) {
  if (text === '') return field.required ? 'is required' : undefined;
  switch (field.type) {
    case 'int32':
    case 'int64': {
      if (!INTEGER.test(text.trim())) return 'must be an integer';
      const number = BigInt(text.trim().replace(/^\+/, ''));
      const bits = field.type === 'int32' ? 31n : 63n;
      if (number >= 2n ** bits || number < -(2n ** bits)) return `must be an integer of ${bits + 1n} bits`;
      return range(field, Number(number));
    }
    case 'number':
      if (!Number.isFinite(Number(text))) return 'must be a number';
      return range(field, Number(text));
    case 'boolean':
      return ['true', 'false'].includes(text) ? undefined : 'must be true or false';
    case 'bytes':
      return /^[A-Za-z0-9+/\s]*=*\s*$/.test(text) ? undefined : 'must be bytes in Base64';
    case 'text':
      return shape(field, text);
    default:
      return undefined;
  }
}

/** Returns a doubt that does not keep a request from being sent. */
export function doubt(field, text) {
  const known = field.oneOf ?? field.oneOfNumbers?.map(String);
  if (text === '' || !known || known.includes(text)) return undefined;
  return 'is none of the documented values; it is sent all the same';
}

function range(field, number) {
  const { atLeast, atMost, moreThan, lessThan } = field;
  const holds = (atLeast === undefined || number >= atLeast) && (atMost === undefined || number <= atMost)
    && (moreThan === undefined || number > moreThan) && (lessThan === undefined || number < lessThan);
  if (holds) return undefined;
  if (atLeast !== undefined && atMost !== undefined) return `must be from ${atLeast} to ${atMost}`;
  const ends = [[moreThan, 'more than'], [atLeast, 'at least'], [lessThan, 'less than'], [atMost, 'at most']];
  return `must be ${ends.filter(([end]) => end !== undefined).map(([end, words]) => `${words} ${end}`).join(' and ')}`;
}

function shape(field, text) {
  const [least, most] = field.length ?? [null, null];
  const count = [...text].length;
  // How long a secret is, is a part of it.
  const has = field.sensitive ? '' : `, has ${count}`;
  if (least !== null && count < least) return `must have at least ${least} characters${has}`;
  if (most !== null && count > most) return `must have at most ${most} characters${has}`;
  if (field.pattern !== undefined && matches(field.pattern, text) === false) return `must match ${field.pattern}`;
  return undefined;
}

/** Returns nothing where the browser cannot read the pattern: the runtime judges then. */
function matches(pattern, text) {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return undefined;
  }
}

/** Returns what is wrong with the number of items of a list. */
export function wrongCount(field, count) {
  const [least, most] = field.items ?? [null, null];
  if (count === 0) return field.required ? 'is required and must not be empty' : undefined;
  if (least !== null && count < least) return `must have at least ${least} elements, has ${count}`;
  if (most !== null && count > most) return `must have at most ${most} elements, has ${count}`;
  return undefined;
}

/** Says in a few words what holds for a value. */
export function rules(field) {
  const out = [];
  const words = { int32: 'integer', int64: 'integer, 64 bits', number: 'number', boolean: 'true or false', bytes: 'bytes in Base64', json: 'JSON or text', text: 'text', list: 'list', map: 'map', object: 'object' };
  out.push(words[field.type]);
  const { atLeast, atMost, moreThan, lessThan } = field;
  if (atLeast !== undefined && atMost !== undefined) out.push(`${atLeast} to ${atMost}`);
  else {
    if (atLeast !== undefined) out.push(`at least ${atLeast}`);
    if (atMost !== undefined) out.push(`at most ${atMost}`);
  }
  if (moreThan !== undefined) out.push(`more than ${moreThan}`);
  if (lessThan !== undefined) out.push(`less than ${lessThan}`);
  const span = ([least, most], what) => {
    if (least !== null && most !== null) return `${least} to ${most} ${what}`;
    return least !== null ? `at least ${least} ${what}` : `at most ${most} ${what}`;
  };
  if (field.length) out.push(span(field.length, 'characters'));
  if (field.items) out.push(span(field.items, 'items'));
  if (field.pattern) out.push(`matches ${field.pattern}`);
  if (field.default) out.push(`default ${field.default}`);
  return out.join(', ');
}
