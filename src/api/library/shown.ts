/** A value that should have been another: in a few words, whatever it is. */

const LONGEST = 60;

/** undefined, `5`, `a list of 3`, `an object with the keys a, b`. Asks nothing of the value that could throw. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `\`${cut(value)}\``;
  if (typeof value === 'function') return 'a function';
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'object') return `\`${String(value)}\``;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return "bytes: read the file as text, by `'utf8'`";
  if ('then' in value && typeof value.then === 'function') return 'a promise: `await` it';
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an object without keys' : `an object with the keys ${cut(keys.join(', '))}`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
