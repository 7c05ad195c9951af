/** What is asked of a proxy that the host names: its own chains say what it is to capture, and the host who it is. */
import { endsAs } from '../../connection/symbolicEnds.ts';
import { OWN_NAME } from '../../mesh/names.ts';
import type { ListenerRole, MeshProfile } from '../../mesh/profile.ts';
import { and, equals, type MatchExpr, or } from '../../netfilter/matchExpr.ts';
import { familyOf } from '../../packet/address.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import { type HandedOver, handedOver } from '../inferred/handedOver.ts';
import type { FateScope } from './claim.ts';
import type { ClaimId } from './claimId.ts';
import type { ProofContext } from './context.ts';
import { isNew, isOutside, isOwn, ofApplication, portsOf } from './scopes.ts';

export function isOwnProxy(profile: MeshProfile | undefined): profile is MeshProfile & { readonly name: typeof OWN_NAME } {
  return profile?.name === OWN_NAME;
}

/** What a mesh promises and a proxy of one's own does not. */
const OF_MESHES: readonly ClaimId[] = [
  'proxy-identity',
  'fails-closed',
  'self-vip-captured',
  'passthrough-returned',
  'health-ports-open',
  'probe-source-rewritten',
  'tunnel-port-open',
  'conntrack-zone-symmetry',
  'excluded-bypass',
  'exclusion-not-overbroad',
  'no-exclusion',
  'virtual-iface-rerouted',
  'guest-not-inbound',
  'guest-dns-captured',
  'invalid-not-to-app',
  'jump-before-foreign',
  'init-cni-parity',
  'mode-parity',
  'backend-parity',
];

/** Why a claim is not asked of a proxy of one's own. */
export function notOfOwn({ profile }: Pick<ProofContext, 'profile'>, claim: ClaimId): string | undefined {
  if (!isOwnProxy(profile)) return undefined;
  if (OF_MESHES.includes(claim)) return `a mesh promises it; ${profile.title} is not one`;
  const asks = (role: ListenerRole): boolean => profile.listeners.some((one) => one.role === role);
  if (claim === 'outbound-captured' && !asks('outbound')) return `${profile.title} takes nothing that goes out`;
  if (claim === 'inbound-captured' && !asks('inbound')) return `${profile.title} does not say that it takes what comes in`;
  return undefined;
}

/** By listeners of these roles; all where none is named. */
export function ownHandover(context: ProofContext, ...roles: readonly ListenerRole[]): HandedOver {
  const { ruleset, host, profile } = context;
  const ports = portsOf(context, ...roles);
  const { uid = 0, gid = 0 } = profile?.process ?? {};
  return handedOver({ ruleset, host, ports: new Set(ports), proxy: { uid, gid } });
}

/** Every connection that its chains would hand over is to reach it: a rule that comes before them may not take one. */
export function ownOutbound(context: ProofContext): readonly FateScope[] {
  const { sent, arriving } = ownHandover(context, 'outbound');
  const ends = endsAs('captured-out', 'dns');
  const local = and(isNew, ofApplication(context), isOutside(context), sent);
  const passing = and(isNew, isOutside(context, 'src'), isOutside(context), equals('mark', 0), arriving);
  return [
    { dir: 'out', when: local, also: chosenSources(context.space, 0), ends },
    ...context.arrivals.map((iif): FateScope => ({ dir: 'in', iif, when: passing, ends })),
  ];
}

export function ownInbound(context: ProofContext): readonly FateScope[] {
  const { arriving } = ownHandover(context, 'inbound');
  const when = and(isNew, isOutside(context, 'src'), isOwn(context), equals('mark', 0), arriving);
  return context.arrivals.map((iif): FateScope => ({ dir: 'in', iif, when, ends: endsAs('captured-in') }));
}

/** What it sends, by user, group and mark; to its server where it has one. */
export function ofOwnProxy({ host, profile, ruleset }: ProofContext): MatchExpr {
  const { name = '', uid = 0, gid = 0 } = profile?.process ?? {};
  const sockets = host.listeners.filter(({ process, takes }) => process === name && takes !== undefined);
  const sent = sockets.flatMap(({ dials, sends, proto }): readonly MatchExpr[] => {
    const marked = and(equals('uid', uid), equals('gid', gid), equals('mark', sends?.mark ?? 0));
    if (dials === 'original') return [and(marked, equals('proto', proto))];
    if (typeof dials !== 'object' || familyOf(dials.address) !== ruleset.family) return [];
    return [and(marked, equals('proto', proto), equals('dst', dials.address), equals('dport', dials.port))];
  });
  return or(...sent);
}
