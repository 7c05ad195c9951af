import type { Account } from '../../src/kernel/compared/account.ts';
import type { Examined } from '../../src/kernel/compared/examined.ts';
import { packetText } from '../../src/packet/notation.ts';

/** Packet and both accounts, for a person. */
export function describePair({ packet, answer, disagreement }: Examined): string {
  if (disagreement === undefined) return packetText(packet);
  const { ours, kernels } = disagreement;
  return [
    packetText(packet),
    ...ours.map((account) => section('simulator', account)),
    section('kernel', kernels),
    `  (${answer.drop_reason ?? answer.fate_detail ?? ''})`,
  ].join('\n');
}

function section(who: string, { rows, end }: Account): string {
  return [`${who}:`, ...rows.map((row) => `  ${row}`), `  => ${end}`].join('\n');
}
