/** First packets that people and processes send, and whose connections they wait for. */
import { emittedBy, relayAt } from '../../connection/relayGraph.ts';
import { DISGUISED6 } from '../../host/output.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import { and, equals, inSet, type MatchExpr, masked, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import { prefixRange } from '../../packet/address.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import { type ProofContext, packetsWhere } from './context.ts';
import { fromEphemeralPort, isNew, isOfThisHost, isOutside, isOwn, isTcp, isTcpOrUdp } from './scopes.ts';
import type { Ingress } from './traffic.ts';

/** Sent by any process from the address that the kernel chooses, and by the proxy from its client's. */
export function openedHere(context: ProofContext): Bdd {
  const { manager } = context.space;
  const from = and(isNew, or(fromEphemeralPort, not(isTcpOrUdp)), or(isOutside(context), isOfThisHost(context, 'dst')));
  const marks = [0, context.declared.proxyMark?.value ?? 0];
  const chosen = marks.map((mark) =>
    manager.and(
      packetsWhere(context, and({ kind: 'present', field: 'uid' }, from, equals('mark', mark))),
      chosenSources(context.space, mark),
    ),
  );
  return manager.any([...chosen, openedForClients(context)]);
}

/** Sent by the proxy with its client's address: that the answer comes back to it is what rules are for. */
function openedForClients(context: ProofContext): Bdd {
  const { manager } = context.space;
  // of a link-local source bind(2) wants to know the link
  const linkLocal = context.ruleset.family === 4 ? NEVER : masked('src', 0xfe80n << 112n, 0xffc0n << 112n);
  return manager.and(
    manager.any(spoofing(context).map((listener) => emittedBy(context, listener))),
    packetsWhere(context, and(isTcp, isOutside(context, 'src'), not(linkLocal), isOwn(context))),
  );
}

/** First packets whose connections meet a condition with no rule at all, so that no rule is to blame. */
export function evenWithoutRules(context: ProofContext, place: Ingress, meets: (one: ConnectionEnd) => boolean): Bdd {
  const { manager } = context.space;
  const met = manager.any(context.connectionsWithoutRules(place).flatMap((one) => (meets(one) ? [one.set] : [])));
  return place.iif === undefined ? manager.minus(met, openedForClients(context)) : met;
}

/** First packets of connections by whose side this packet does not arrive, with no rule at all. */
export function lostEvenWithoutRules(context: ProofContext, place: Ingress, part: PartName): Bdd {
  const lost = context.asides(place, true).filter((one) => one.part === part && one.end === 'stalls');
  return context.space.manager.any(lost.map(({ set }) => set));
}

/** Listeners whose process takes over the client's address. */
function spoofing(context: ProofContext): readonly NonNullable<ProofContext['profile']>['listeners'][number][] {
  return (context.profile?.listeners ?? []).filter((listener) => relayAt(context, listener)?.sends.source === 'client');
}

/** Nobody sends IPv6 to an IPv4 address in disguise, and nobody here could answer: sockets send IPv4 for it. */
export function openedArriving(context: ProofContext, iif: string): Bdd {
  const fromClients = or(inSet('sport', [{ lo: 1024, hi: 65535 }]), not(isTcpOrUdp));
  return packetsWhere(
    context,
    and(
      isNew,
      fromClients,
      isOutside(context, 'src'),
      or(isOwn(context), isOutside(context)),
      not(toDisguised(context)),
      equals('mark', 0),
    ),
    { iif },
  );
}

function toDisguised({ ruleset }: ProofContext): MatchExpr {
  return ruleset.family === 4 ? NEVER : or(...DISGUISED6.map((prefix) => inSet('dst', [prefixRange(prefix)])));
}
