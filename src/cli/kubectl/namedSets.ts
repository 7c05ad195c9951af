/** Names of Services and pods in `--where`, before the command reads it. */
import { type PacketNames, withAddresses } from '../../kubernetes/objects/packetNames.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';

/** What was taken for the names is said on standard error. */
export async function withNamedSets(call: Call, names: PacketNames): Promise<Call | Complaint> {
  const { io, input } = call;
  const where = optionText(input, 'where');
  if (where === undefined) return call;
  const named = await withAddresses(where, names);
  if ('message' in named) return { ...named, message: `--where: ${named.message}` };
  if (!optionIsSet(input, 'quiet')) await io.err.write(named.says.map((says) => `note: assumed ${says}\n`).join(''));
  return { io, input: { ...input, options: { ...input.options, where: named.text } } };
}
