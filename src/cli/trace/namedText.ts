/** A packet's text with addresses for the names in it, and the assumptions that this makes. */
import type { WalkedPacket } from '../../app/trace/walkPacket.ts';
import { type PacketNames, withAddresses } from '../../kubernetes/objects/packetNames.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { Assumption } from '../../mesh/assumption.ts';

export interface NamedText {
  readonly text: string;
  readonly assumptions: readonly Assumption[];
}

/** `names`: absent: none are known. */
export async function namedText(text: string, names: PacketNames | undefined): Promise<NamedText | Complaint> {
  const read = names === undefined ? { text, says: [] } : await withAddresses(text, names);
  if ('message' in read) return read;
  return { text: read.text, assumptions: read.says.map((says): Assumption => ({ about: 'name', says, options: [] })) };
}

/** The same of a line of `--packets`: in words, or JSON with words in it. */
export async function namedLine(line: string, names: PacketNames | undefined): Promise<NamedText | Complaint> {
  const [, before, words, after] = /^(\s*\{\s*"packet"\s*:\s*")([^"\\]*)("\s*\}\s*)$/.exec(line) ?? [];
  if (words === undefined) return /^\s*[[{"]/.test(line) ? { text: line, assumptions: [] } : namedText(line, names);
  const named = await namedText(words, names);
  return 'message' in named ? named : { ...named, text: `${before}${named.text}${after}` };
}

/** What its names were taken for comes first. */
export function assuming<Walked extends WalkedPacket>(walked: Walked, assumptions: readonly Assumption[]): Walked {
  return assumptions.length === 0 ? walked : { ...walked, assumptions: [...assumptions, ...(walked.assumptions ?? [])] };
}
