/** A value that may be anything, for a message or a reader of text: an object is shown as it is written, whatever it calls its own methods. */
export function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // it holds itself, or a bigint
    return Array.isArray(value) ? '[...]' : '{...}';
  }
}
