/** Text from outside, made safe to show: control characters (a terminal would obey them) become `?`. Keeps the length. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (char) => (char === '\t' ? ' ' : '?'));
}
