/** Lines of text for a terminal of a given width. Widths are counted before any colour is added. */

/** Breaks at blanks so that no line is wider than `width`; a longer word stays whole, but for a list `{a,b}`. Never empty. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => partsOfList(one, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A packet set reads the same with a blank after the comma. */
function partsOfList(word: string, width: number): readonly string[] {
  const isList = !word.includes(GLUE) && /\{.*,.*\}/.test(word);
  return word.length > width - ROOM_OF_LIST && isList ? word.split(/(?<=,)/) : [word];
}

/** What a paragraph may be indented by later. */
const ROOM_OF_LIST = 12;

/** A paragraph whose second and later lines are indented by `hang` blanks. */
export function paragraph({ text, width, hang }: { readonly text: string; readonly width: number; readonly hang: number }): string {
  const [first = '', ...rest] = wrap(text, width);
  if (rest.length === 0) return first;
  const pad = ' '.repeat(hang);
  return [first, ...wrap(rest.join(' '), width - hang).map((line) => pad + line)].join('\n');
}

export interface Indent {
  readonly text: string;
  /** starts the first line */
  readonly lead: string;
  readonly width: number;
  /** blanks before later lines; absent: two more than `lead` has columns */
  readonly hang?: number;
}

/** A paragraph that starts further right. */
export function indented({ text, lead, width, hang = lead.length + 2 }: Indent): readonly string[] {
  const lines = paragraph({ text, width: width - lead.length, hang: 0 }).split('\n');
  const [first = '', ...rest] = lines;
  const later = rest.length === 0 ? [] : wrap(rest.join(' '), width - hang).map((line) => ' '.repeat(hang) + line);
  return [lead + first, ...later];
}

/** Breaks a rule between its options, and inside one only when it is wider than a line. */
function wrapOptions(text: string, width: number): readonly string[] {
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quote) => (quote.length > width ? quote : quote.replaceAll(' ', GLUE)));
  const options = quoted.split(/(?<!!) (?=-|! )/);
  const glued = options.map((option) => (option.length > width ? option : option.replaceAll(' ', GLUE)));
  return wrap(glued.join(' '), width).map((line) => line.replaceAll(GLUE, ' '));
}

/** Stands for a blank at which no line ends; never part of a text, since control characters are made printable before. */
const GLUE = '\u0000';

export interface Row {
  /** starts the first line; later lines are indented by its width */
  readonly lead: string;
  readonly text: string;
  /** ends the last line, at the right margin */
  readonly right: string;
  readonly width: number;
}

/** `lead text ... right`, the text wrapped between its options. */
export function row({ lead, text, right, width }: Row): readonly string[] {
  const pad = ' '.repeat(lead.length);
  const lines = wrapOptions(text, Math.max(20, width - lead.length)).map((line, index) => (index === 0 ? lead : pad) + line);
  const last = lines.pop() ?? lead;
  if (right === '') return [...lines, last.trimEnd()];
  if (last.length + 2 + right.length <= width) return [...lines, last + right.padStart(width - last.length)];
  return [...lines, last, right.padStart(width)];
}
