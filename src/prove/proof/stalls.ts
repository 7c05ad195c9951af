/** Why a connection does not complete, by the packet that does not arrive. */
import { PART_WORDS } from '../../connection/partWords.ts';
import { assertNever } from '../../lib/invariant.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';

type Stall = Pick<ConnectionEnd, 'part' | 'last'>;

/** A sentence without capital and stop. */
export function stallWords({ part, last: { fate, decided, policy, env } }: Stall): string {
  const packet = `the ${PART_WORDS[part]}`;
  const at = decided === undefined ? '' : ` by ${decided.table} ${decided.chain}#${decided.number}`;
  const by = policy === undefined ? at : ` by the policy of ${policy.table} ${policy.name}`;
  switch (fate.kind) {
    case 'dropped':
    case 'rejected':
      return `${packet} is ${fate.kind}${by}`;
    case 'lost':
      return `${packet} is lost: ${fate.reason}`;
    case 'sent':
    case 'forwarded':
    case 'delivered': {
      const where = fate.kind === 'delivered' ? 'delivered here' : `sent out by ${fate.oif}`;
      return env.state === 'ESTABLISHED'
        ? `${packet} is ${where}, where no socket waits for it`
        : `${packet} is ${where} from an address that no socket waits for: conntrack does not find its connection`;
    }
    case 'undecided':
      return `whether ${packet} arrives is undecided`;
    default:
      return assertNever(fate);
  }
}
