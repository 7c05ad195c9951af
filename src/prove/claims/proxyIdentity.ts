/** Rules let the proxy's own packets past, and cannot say who the proxy is. If it were read from the rules that are checked, the proxy
 *  would always be the process that they let past. A dump for uid 1338 beside a proxy of uid 1337 is a loop. source: docs/facts/istio.md#no-loop-out */
import type { ChosenIdentity } from '../../connection/proxyIdentity.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { dnsProxyDirect } from './dnsProxyDirect.ts';
import { noRedirectLoop } from './noRedirectLoop.ts';
import { outboundCaptured } from './outboundCaptured.ts';
import { passthroughReturned } from './passthroughReturned.ts';
import { proxyEgressDirect } from './proxyEgressDirect.ts';
import { selfVipCaptured } from './selfVipCaptured.ts';

/** What breaks where the proxy is another, the worst first. */
const AT_STAKE: readonly Claim[] = [
  noRedirectLoop,
  proxyEgressDirect,
  dnsProxyDirect,
  passthroughReturned,
  selfVipCaptured,
  outboundCaptured,
];

export const proxyIdentity: Claim = {
  id: 'proxy-identity',
  level: 'error',
  needs: 'proxy',
  statement:
    "The user and the group that the rules let past are known to be the proxy's, or the usual proxy gets along with the rules as well.",
  skip: ({ profile, usual }) => {
    if (profile === undefined) return 'there is no mesh';
    return usual === undefined ? 'the rules let the usual proxy past, or the identity of the proxy is given' : undefined;
  },
  judge: (context) => {
    if (context.usual === undefined) return { violations: [], doubts: [] };
    const { identity } = context.usual;
    const other = context.usual.context();
    for (const claim of AT_STAKE) {
      if (claim.skip?.(other) !== undefined) continue;
      const { violations, doubts } = claim.judge(other);
      const [broken] = violations.filter((one) => one.kind === 'packets' && one.set !== EMPTY);
      if (broken?.kind === 'packets') return { violations: [inOther(broken, { identity, claim, other })], doubts: [] };
      if (violations.length + doubts.length > 0) {
        return { violations: [{ kind: 'rule', rule: undefined, why: whyNot(identity, claim) }], doubts: [] };
      }
    }
    return { violations: [], doubts: [] };
  },
};

interface Broken {
  readonly identity: ChosenIdentity;
  readonly claim: Claim;
  readonly other: ProofContext;
}

function inOther(violation: Extract<Violation, { kind: 'packets' }>, { identity, claim, other }: Broken): Violation {
  return { ...violation, why: whyNot(identity, claim), context: other };
}

function whyNot({ uid, gid, usual }: ChosenIdentity, { id }: Claim): string {
  return `the rules let uid ${uid} and gid ${gid} past, and cannot say that this is the proxy: if it runs as uid ${usual.uid} and gid ${usual.gid}, as is usual, ${id} breaks`;
}
