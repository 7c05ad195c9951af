/** What the declaration leaves alone of what would be captured without it, as scopes: all of it, or only what is more than an exception. */
import type { Outcome } from '../../connection/journey.ts';
import type { Ends } from '../../connection/symbolicEnds.ts';
import type { IntervalSet } from '../../lib/intervals.ts';
import { ALWAYS, and, equals, inSet, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import type { Address } from '../../packet/address.ts';
import { areWidePorts, areWideRanges } from '../../packet/wideRanges.ts';
import { shapeOf } from '../../ruleset/ruleShape.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Declaration } from '../inferred/declaration.ts';
import type { FateScope } from './claim.ts';
import type { ProofContext } from './context.ts';
import {
  isExcludedInbound,
  isExcludedOutbound,
  isNew,
  isOutside,
  isOwn,
  isTcp,
  ofApplication,
  portsOf,
  toPorts,
  viaInterfaces,
} from './scopes.ts';

export function excludesAnything({ declared }: ProofContext): boolean {
  const ranges = [declared.excludedInboundPorts, declared.excludedInboundRanges, declared.excludedOutboundPorts];
  const others = [declared.excludedUsers, declared.excludedGroups, declared.excludedFlows, declared.excludedInterfaces];
  return [...ranges, declared.excludedOutboundRanges, ...others].some(({ length }) => length > 0);
}

/** Connections that go past the proxy for an exclusion; ports of the mesh's own, which its generator excludes itself, are left out. */
export function excludedConnections(context: ProofContext): readonly FateScope[] {
  const { arrivals, declared } = context;
  const others = not(toPorts(portsOf(context, 'health', 'tunnel')));
  const whenBy = (iif: string) => (declared.excludedInterfaces.includes(iif) ? ALWAYS : isExcludedInbound(context));
  return [
    outbound(context, and(others, isExcludedOutbound(context))),
    ...arrivals
      .filter((iif) => !declared.virtualInterfaces.includes(iif))
      .map((iif) => inbound(context, { iif, when: and(others, whenBy(iif)) })),
  ];
}

/** The same for exclusions that are no exceptions: most ports, ranges wider than any network of one's own, the way to everywhere. */
export function widelyExcluded(context: ProofContext): readonly FateScope[] {
  const { arrivals, declared, host, ruleset } = context;
  const interfaces = declared.excludedInterfaces.filter((name) =>
    host.routes.some(({ dev, to, family }) => dev === name && family === ruleset.family && to.length === 0),
  );
  const sent = [
    ...flowsOf(declared),
    ...wideRanges('dst', declared.excludedOutboundRanges),
    ...widePorts(declared.excludedOutboundPorts),
    ...(interfaces.length === 0 ? [] : [viaInterfaces(context, interfaces)]),
  ];
  const received = [...wideRanges('src', declared.excludedInboundRanges), ...widePorts(declared.excludedInboundPorts)];
  return [
    ...(sent.length === 0 ? [] : [outbound(context, or(...sent))]),
    ...arrivals
      .filter((iif) => !declared.virtualInterfaces.includes(iif))
      .map((iif) => ({ iif, when: interfaces.includes(iif) ? [ALWAYS] : received }))
      .flatMap(({ iif, when }) => (when.length === 0 ? [] : [inbound(context, { iif, when: or(...when) })])),
  ];
}

function wideRanges(field: 'src' | 'dst', ranges: IntervalSet<Address>): readonly MatchExpr[] {
  return areWideRanges(ranges) ? [inSet(field, ranges)] : [];
}

function widePorts(ports: IntervalSet<number>): readonly MatchExpr[] {
  return areWidePorts(ports) ? [inSet('dport', ports)] : [];
}

/** Of every user, to most ports of most addresses. */
function flowsOf({ settings, excludedFlows }: Declaration): readonly MatchExpr[] {
  return [...settings].flatMap((rule) => {
    if (!excludedFlows.includes(rule.match)) return [];
    const { has, hasNot } = shapeOf(rule);
    const to = has.get('dst') as IntervalSet<Address> | undefined;
    const ports = has.get('dport') as IntervalSet<number> | undefined;
    const isWide = (to === undefined || areWideRanges(to)) && (ports === undefined || areWidePorts(ports));
    return isWide && !has.has('uid') && !hasNot.has('dst') && !hasNot.has('dport') ? [rule.match] : [];
  });
}

function outbound(context: ProofContext, when: MatchExpr): FateScope {
  const { outboundRanges, outboundPorts } = context.declared;
  const included = outboundRanges === undefined ? ALWAYS : or(inSet('dst', outboundRanges), inSet('dport', outboundPorts));
  return {
    dir: 'out',
    when: and(isTcp, isNew, ofApplication(context), isOutside(context), included, when),
    also: chosenSources(context.space, 0),
    ends: isNotPast,
  };
}

function inbound(context: ProofContext, { iif, when }: { readonly iif: string; readonly when: MatchExpr }): FateScope {
  const { inboundPorts } = context.declared;
  const included = inboundPorts === undefined ? ALWAYS : inSet('dport', inboundPorts);
  const from = and(isTcp, isNew, isOutside(context, 'src'), isOwn(context), equals('mark', 0));
  return { dir: 'in', iif, when: and(from, included, when), ends: isNotPast };
}

const PAST: readonly Outcome[] = ['direct', 'to-app', 'forwarded'];
const isNotPast: Ends = (_end, outcome) => !PAST.includes(outcome);
