/** Why a connection does not complete, by the packet that does not arrive. */
import type { PartName } from '../../netfilter/connectionParts.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { ConnectionEnd } from '../../symbolic/connection/connectionEnds.ts';

type Stall = Pick<ConnectionEnd, 'first' | 'part' | 'last'>;

/** The rule that ends the packet; where none does, the one for which conntrack does not know it. */
export function stoppedBy({ first, last }: Stall): Rule | undefined {
  return last.decided ?? first.decided;
}

const SAID: Readonly<Partial<Record<PartName, string>>> = { 'syn-ack': 'SYN-ACK', ack: 'ACK' };

/** A sentence without capital and stop. */
export function stallWords({ part, last: { fate, decided, env } }: Stall): string {
  const packet = `the ${SAID[part] ?? part}`;
  const at = decided === undefined ? '' : ` by ${decided.table} ${decided.chain}#${decided.number}`;
  switch (fate.kind) {
    case 'dropped':
    case 'rejected':
      return `${packet} is ${fate.kind}${at === '' ? ' by the policy of a chain' : at}`;
    case 'lost':
      return `${packet} is lost: ${fate.reason}`;
    default:
      return env.state === 'ESTABLISHED'
        ? `${packet} does not come to the socket that waits for it`
        : `${packet} comes from an address that nobody waits for: conntrack does not find its connection`;
  }
}
