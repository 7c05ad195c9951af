/** `--where PACKETSET`: the packets to look at, as they start. */

import { unknownAtStart } from '../../diff/unknownAtStart.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import { showDiagnostics } from './diagnostics.ts';

/** No `where` without the option; undefined when the set cannot be used, which has been reported. */
export async function readWhere(call: Call): Promise<{ readonly where?: PacketSet } | undefined> {
  const text = optionText(call.input, 'where');
  if (text === undefined) return {};
  const { parsePacketSet } = await import('../../syntax/packets/parsePacketSet.ts');
  const { set, diagnostics } = parsePacketSet({ file: '--where', text });
  await showDiagnostics(call, diagnostics);
  if (set === undefined || diagnostics.some(isError)) return undefined;
  const late = unknownAtStart(set);
  if (late === undefined) return { where: set };
  await complain(call.io, { message: `--where describes packets before the rules, which have no \`${late}\` yet` });
  return undefined;
}
