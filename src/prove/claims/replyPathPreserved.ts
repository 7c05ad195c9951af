/** Answers find their way back. source: docs/facts/istio.md#tproxy, docs/facts/istio.md#ambient */

import { emittedBy, relayAt } from '../../connection/relayGraph.ts';
import { repliesTo } from '../../connection/replies.ts';
import { endsAs } from '../../connection/symbolicEnds.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, masked, NEVER, not } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Vector } from '../../symbolic/diagrams/vector.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Doubtful, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isNew, isOfThisHost, isOutside, isOwn, isTcp, ofApplication, ofProxy } from '../proof/scopes.ts';

export const replyPathPreserved: Claim = {
  id: 'reply-path-preserved',
  level: 'error',
  needs: 'application',
  statement:
    "The answer to every accepted connection goes back where it came from: out to a client, to the application from the proxy, and to the proxy where it used the client's address.",
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const { scopes, unclear } = answers(context);
    const { violations, doubts } = expectFates(context, scopes);
    return { violations, doubts: [...doubts, ...unclear] };
  },
};

function answers(context: ProofContext): { readonly scopes: readonly FateScope[]; readonly unclear: readonly Doubtful[] } {
  const scopes: FateScope[] = [];
  const unclear: Doubtful[] = [];
  const add = (one: FateClass, set: Bdd, ends: FateScope['ends']): void => {
    const connmark = numberOf(context, set, one.env.connmark);
    if (set === EMPTY) return;
    const replies = repliesTo(context.space, { ...one, set });
    if (replies === undefined || connmark === undefined) {
      unclear.push({ set, rules: [], why: 'the answer is not simply the question the other way round' });
    } else {
      const { set: also, rewritten } = replies;
      const forced = { state: 'ESTABLISHED', connmark, direction: 'reply', rewritten } as const;
      scopes.push({ dir: 'out', forced, when: answeredBy(context, one), also, ends });
    }
  };
  const { manager } = context.space;
  const taken = (one: FateClass): boolean => one.fate.kind === 'delivered' && one.env.original !== undefined;
  for (const iif of context.arrivals) {
    const asked = packetsWhere(context, and(isTcp, isNew, isOutside(context, 'src'), isOwn(context), equals('mark', 0)), { iif });
    for (const one of context.in(iif).filter(taken)) add(one, manager.and(one.set, asked), endsAs('direct'));
  }
  // the client's address on the proxy's own connection: its answer must not leave. Of a link-local one bind(2) wants to know the link
  const spoofed = manager.and(
    manager.any(spoofing(context).map((listener) => emittedBy(context, listener))),
    packetsWhere(context, and(isOutside(context, 'src'), not(isLinkLocal(context)), isOwn(context))),
  );
  const back: FateScope['ends'] = ({ fate }) => fate.kind === 'delivered';
  const captured = packetsWhere(context, and(isTcp, isNew, ofApplication(context), isOfThisHost(context, 'src'), isOutside(context)));
  for (const one of context.out().filter(taken)) {
    add(one, manager.and(one.set, isCaptured(context, one) ? manager.or(spoofed, captured) : spoofed), back);
  }
  return { scopes, unclear };
}

function isCaptured({ profile }: ProofContext, { fate }: FateClass): boolean {
  return profile !== undefined && fate.kind === 'delivered' && fate.listener?.process === profile.process.name;
}

function isLinkLocal({ ruleset }: ProofContext): MatchExpr {
  return ruleset.family === 4 ? NEVER : masked('src', 0xfe80n << 112n, 0xffc0n << 112n);
}

/** Listeners whose process takes over the client's address. */
function spoofing(context: ProofContext): readonly NonNullable<ProofContext['profile']>['listeners'][number][] {
  return (context.profile?.listeners ?? []).filter((listener) => relayAt(context, listener)?.sends.source === 'client');
}

/** By the process that listens; no process in particular for applications. */
function answeredBy(context: ProofContext, { fate }: FateClass) {
  const { profile, host } = context;
  const process = fate.kind === 'delivered' ? fate.listener?.process : undefined;
  const identity = process === undefined ? undefined : host.processes.get(process);
  const from = { kind: 'present', field: 'uid' } as const;
  if (process === profile?.process.name && identity !== undefined) {
    return and(from, equals('uid', identity.uid), equals('gid', identity.gid), equals('mark', 0));
  }
  return and(from, not(ofProxy(context)), equals('mark', 0));
}

/** The one value that a mark has for all packets of the set. */
function numberOf({ space: { manager } }: ProofContext, set: Bdd, bits: Vector): number | undefined {
  let value = 0;
  for (const bit of bits) {
    const one = manager.and(set, bit);
    if (one !== EMPTY && one !== set) return undefined;
    value = value * 2 + (one === EMPTY ? 0 : 1);
  }
  return value;
}
