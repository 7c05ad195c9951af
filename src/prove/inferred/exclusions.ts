/** What the rules leave alone because the mesh was set to: RETURNs where the mesh's own generator writes its exclusions.
 *  A rule in another place, or with other matches, is not the mesh's, and not an exclusion. */

import type { MeshPlaces } from '../../mesh/profile.ts';
import { lastEffect } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Address } from '../../packet/address.ts';
import { familyOf } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { asksOnly, covers, pointsOf, type RuleShape, valuesOf } from '../../ruleset/ruleShape.ts';
import type { Declaration } from './declaration.ts';

export type Told = (what: string, rules: readonly RuleShape[]) => readonly RuleShape[];

export interface ExclusionInput {
  readonly places: MeshPlaces;
  /** rules that packets come to in OUTPUT of nat, and in PREROUTING of nat and mangle */
  readonly outbound: readonly RuleShape[];
  readonly inbound: readonly RuleShape[];
  readonly identity: Pick<Declaration, 'proxyUids' | 'proxyGids'>;
  /** ports of the mesh's own listeners, which are no exclusions */
  readonly ownPorts: ReadonlySet<number>;
  readonly told: Told;
  /** rules that belong to a setting that another rule names */
  readonly keep: (rules: readonly RuleShape[]) => void;
}

export type Exclusions = Pick<
  Declaration,
  | 'proxyUids'
  | 'excludedInboundPorts'
  | 'excludedInboundRanges'
  | 'excludedOutboundPorts'
  | 'excludedOutboundRanges'
  | 'excludedFlows'
  | 'excludedInterfaces'
  | 'excludedUsers'
  | 'excludedGroups'
  | 'includedGroups'
>;

export function exclusionsOf({ places, outbound, inbound, identity, ownPorts, told, keep }: ExclusionInput): Exclusions {
  const returns = (shapes: readonly RuleShape[], chain: RegExp) =>
    shapes.filter(({ rule }) => lastEffect(rule).kind === 'return' && chain.test(rule.chain));
  const out = returns(outbound, places.outbound.chain);
  const into = returns(inbound, places.inbound.chain);
  const outBy = (field: 'dport' | 'dst' | 'uid' | 'gid') =>
    places.outbound.excludes.includes(field) ? out.filter((shape) => asksOnly(shape, field)) : [];
  const inBy = (field: 'dport' | 'src') => (places.inbound.excludes.includes(field) ? into.filter((shape) => asksOnly(shape, field)) : []);
  const inItsPlace = (shape: RuleShape): boolean => places.proxyFirst !== true || afterProxy(shape, out);
  const isOther = ({ has }: RuleShape): boolean => has.get('dport')?.some(({ lo, hi }) => lo !== hi || !ownPorts.has(Number(lo))) === true;
  // a rule for UDP alone excludes nothing that is captured by port
  const isOfPorts = (shape: RuleShape): boolean =>
    covers(shape, 'proto', PROTO.tcp) && (places.portRanges === true || isPoint(shape, 'dport'));

  const inboundPorts = told(
    'excluded inbound port',
    inBy('dport').filter((shape) => isOfPorts(shape) && isOther(shape)),
  );
  const outboundPorts = told('excluded outbound port', outBy('dport').filter(isOfPorts));
  const inboundRanges = told('excluded inbound range', inBy('src'));
  const ranges = told(
    'excluded range',
    outBy('dst').filter((shape) => !isLoopback(shape) && inItsPlace(shape)),
  );
  const flows = told('excluded outbound', flowsIn(outbound, { places, proxyUids: identity.proxyUids }));
  const interfaces = places.interfaces === true ? interfacePairs({ inbound, outbound, told, keep }) : [];
  const users = told(
    'excluded user',
    outBy('uid').filter((shape, index, all) => isBeforeProxy(all.slice(index + 1), identity.proxyUids) && isPoint(shape, 'uid')),
  );
  const excludedUsers = pointsOf<number>(users, 'uid');
  const groups = outBy('gid').filter(
    (shape) => !identity.proxyGids.includes(pointsOf<number>([shape], 'gid')[0] ?? -1) && inItsPlace(shape),
  );
  const onlyGroups = out.filter((shape) => places.outbound.excludes.includes('gid') && asksOnlyNot(shape, 'gid') && inItsPlace(shape));
  const included = told('only groups', onlyGroups.slice(0, 1))[0]?.hasNot.get('gid');
  return {
    // users that are excluded by name are not the proxy
    proxyUids: identity.proxyUids.filter((uid) => !excludedUsers.includes(uid)),
    excludedInboundPorts: valuesOf(inboundPorts, 'dport'),
    excludedInboundRanges: valuesOf<Address>(inboundRanges, 'src'),
    excludedOutboundPorts: valuesOf(outboundPorts, 'dport'),
    excludedOutboundRanges: valuesOf<Address>(ranges, 'dst'),
    excludedFlows: flows.map(({ rule }): MatchExpr => rule.match),
    excludedInterfaces: interfaces,
    excludedUsers,
    excludedGroups: pointsOf<number>(told('excluded group', groups), 'gid'),
    ...(included === undefined ? {} : { includedGroups: included.map(({ lo }) => Number(lo)) }),
  };
}

/** `-i N -j RETURN` and `-o N -j RETURN`, both in base chains. */
function interfacePairs({
  inbound,
  outbound,
  told,
  keep,
}: Pick<ExclusionInput, 'inbound' | 'outbound' | 'told' | 'keep'>): readonly string[] {
  const here = (shapes: readonly RuleShape[], chain: string, field: 'iif' | 'oif') =>
    shapes.filter((shape) => shape.rule.chain === chain && lastEffect(shape.rule).kind === 'return' && asksOnly(shape, field));
  const nics = (shapes: readonly RuleShape[], field: 'iif' | 'oif') => pointsOf<string>(shapes, field);
  const arriving = here(inbound, 'PREROUTING', 'iif');
  const paired = here(outbound, 'OUTPUT', 'oif').filter((shape) => nics([shape], 'oif').some((nic) => nics(arriving, 'iif').includes(nic)));
  keep(arriving.filter((shape) => nics([shape], 'iif').some((nic) => nics(paired, 'oif').includes(nic))));
  return nics(told('excluded interface', paired), 'oif').filter((nic) => nic !== 'lo');
}

function isPoint({ has }: RuleShape, field: 'uid' | 'dport'): boolean {
  return (has.get(field) ?? []).every(({ lo, hi }) => lo === hi);
}

/** The proxy's own RETURN is the last for a user; those that were inserted before it are for others. */
function isBeforeProxy(rest: readonly RuleShape[], proxy: readonly number[]): boolean {
  return rest.some((shape) => pointsOf<number>([shape], 'uid').some((uid) => proxy.includes(uid)));
}

/** Istio writes ranges and groups after the proxy's own RETURNs; one before them is not Istio's. */
function afterProxy({ rule }: RuleShape, spared: readonly RuleShape[]): boolean {
  const proxy = spared.find((shape) => shape.rule.chain === rule.chain && (asksOnly(shape, 'uid') || asksOnly(shape, 'gid')));
  return proxy !== undefined && proxy.rule.number < rule.number;
}

function asksOnlyNot({ has, hasNot, more }: RuleShape, field: 'gid'): boolean {
  return !more && has.size === 0 && hasNot.size === 1 && hasNot.has(field);
}

function isLoopback({ has }: RuleShape): boolean {
  return (has.get('dst') ?? []).every(({ lo }) => {
    const first = lo as Address;
    return familyOf(first) === 6 ? first === 1n : Number(first) >>> 24 === 127;
  });
}

interface FlowPlaces {
  readonly places: MeshPlaces;
  readonly proxyUids: readonly number[];
}

/** RETURNs of base chain OUTPUT: by their comment, or by their form where the mesh was told to write no comments. */
function flowsIn(outbound: readonly RuleShape[], { places: { commented, dnsOverTcp }, proxyUids }: FlowPlaces): readonly RuleShape[] {
  if (commented === undefined) return [];
  const here = outbound.filter(({ rule }) => rule.chain === 'OUTPUT');
  const hasComments = here.some(({ rule }) => OWN_COMMENT.test(rule.text));
  const isMeshs = (shape: RuleShape): boolean =>
    hasComments ? commented.test(shape.rule.text) : isOfUsers(shape) || (dnsOverTcp !== undefined && isDnsOverTcp(shape, proxyUids));
  return here.filter((shape) => lastEffect(shape.rule).kind === 'return' && isFlow(shape) && isMeshs(shape));
}

const OWN_COMMENT = /--comment "?kuma\//;

/** `-p tcp -m multiport --dports 53 -m owner --uid-owner 106-108` */
function isOfUsers(shape: RuleShape): boolean {
  return shape.has.has('proto') && asksOnly(shape, 'dport', 'uid') && /-m multiport /.test(shape.rule.text);
}

/** `-p tcp -m tcp --dport 53 -m owner ! --uid-owner 5678` */
function isDnsOverTcp({ has, hasNot, more }: RuleShape, proxyUids: readonly number[]): boolean {
  const isPointOf = (field: 'proto' | 'dport', value: number): boolean =>
    has.get(field)?.every(({ lo, hi }) => lo === value && hi === value) === true;
  const others = hasNot.get('uid')?.every(({ lo, hi }) => lo === hi && proxyUids.includes(Number(lo))) === true;
  return !more && has.size === 2 && hasNot.size === 1 && isPointOf('proto', PROTO.tcp) && isPointOf('dport', 53) && others;
}

const OF_FLOWS: ReadonlySet<string> = new Set(['proto', 'dst', 'dport', 'uid']);

function isFlow({ has, hasNot, more }: RuleShape): boolean {
  return !more && [...has.keys(), ...hasNot.keys()].every((field) => OF_FLOWS.has(field)) && has.size > 0;
}
