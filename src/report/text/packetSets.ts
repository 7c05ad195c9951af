/** Packet sets below one another, each in a line that can be copied. */
import { type GeneralWords, othersText } from '../../connection/generalWords.ts';
import { paragraph } from '../../lib/layout.ts';

interface SetStyle {
  /** before the first one; the others stand below it */
  readonly label: string;
  readonly width: number;
}

/** What the sets leave out stands below them. */
export function generalLines({ sets, only, more }: GeneralWords, style: SetStyle & { readonly detailed: boolean }): readonly string[] {
  const all = more !== undefined || only !== undefined ? [style.detailed ? 'all below' : '-v shows all'] : [];
  const said = [...(only === undefined ? [] : [only]), ...othersText(more)].join(', ');
  const remark = [...(said === '' ? [] : [said]), ...all].join('; ');
  return [...setLines(sets, style), ...(remark === '' ? [] : [line(' '.repeat(style.label.length), `(${remark})`, style)])];
}

/** A set that `or` joins, an alternative a line. */
export function exactLines(packets: string, style: SetStyle): readonly string[] {
  return setLines(packets.split(' or '), style);
}

function setLines(sets: readonly string[], style: SetStyle): readonly string[] {
  const { label } = style;
  const next = label.length >= 3 ? 'or '.padStart(label.length) : 'or ';
  return sets.map((set, index) => line(index === 0 ? label : next, set, style));
}

function line(before: string, text: string, { width }: SetStyle): string {
  const indent = ' '.repeat(before.length);
  return `${before}${paragraph({ text, width: width - before.length, hang: 2 }).replaceAll('\n', `\n${indent}`)}`;
}
