/** The declaration that the rules themselves show, where nobody says otherwise.
 *  A setting is read from the rule that it becomes; rules that capture nothing do not say that nothing is to be captured. */
import type { Host } from '../host/host.ts';

import type { ListenerRole, MeshProfile } from '../mesh/profile.ts';
import type { Address } from '../packet/address.ts';
import { parseAddress } from '../packet/address.ts';
import { CT_STATES } from '../packet/packet.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { Declaration } from './declaration.ts';
import { shownIdentity } from './identity.ts';
import type { RuleShape } from './ruleShape.ts';
import { asksOnly, pointsOf, rulesFrom, shapeOf, valuesOf } from './ruleShape.ts';

export interface InferInput {
  readonly ruleset: Ruleset;
  readonly profile: MeshProfile | undefined;
  readonly host: Host;
}

export function inferDeclaration({ ruleset: given, profile, host }: InferInput): Declaration {
  // without a mesh nothing was declared
  const ruleset = profile === undefined ? { ...given, tables: new Map() } : given;
  const outbound = rulesFrom(ruleset, 'nat', 'OUTPUT');
  const inbound = [...rulesFrom(ruleset, 'nat', 'PREROUTING'), ...rulesFrom(ruleset, 'mangle', 'PREROUTING')];
  const to = (role: ListenerRole) => new Set((profile?.listeners ?? []).filter((one) => one.role === role).map(({ port }) => port));
  const capturesOut = capturersOf(ruleset, to('outbound'));
  const capturesIn = capturersOf(ruleset, to('inbound'));
  const notes: string[] = [];
  const told = (what: string, rules: readonly RuleShape[]): readonly RuleShape[] => {
    const { file, rendered } = ruleset.source;
    // rendered rules are in no file
    for (const { rule } of rules) notes.push(`${what}${rendered === true ? '' : ` (${file}:${rule.line})`}: ${rule.text}`);
    return rules;
  };
  const known = new Set([...to('tunnel'), ...to('health')]);
  const spareIn = inbound.filter(isSpare);
  const ownPorts = (shape: RuleShape) => pointsOf<number>([shape], 'dport').every((port) => known.has(port));
  const excludedIn = told(
    'excluded inbound port',
    spareIn.filter((shape) => asksOnly(shape, 'dport') && !ownPorts(shape)),
  );
  const spareOut = outbound.filter(isSpare);
  const excludedOut = told(
    'excluded outbound port',
    spareOut.filter((shape) => asksOnly(shape, 'dport')),
  );
  const identity = identityOf({ ruleset, profile, host, told });
  const ranges = told(
    'excluded range',
    spareOut.filter((shape) => asksOnly(shape, 'dst') && !isLoopback(shape) && afterProxy(shape, spareOut)),
  );
  const groups = spareOut.filter(
    (shape) => asksOnly(shape, 'gid') && !identity.proxyGids.includes(pointsOf<number>([shape], 'gid')[0] ?? -1),
  );
  const includedGroups = spareOut.find(({ has, hasNot, more }) => !more && has.size === 0 && hasNot.size === 1 && hasNot.has('gid'));
  const captures = outbound.filter(capturesOut);
  const takes = inbound.filter(capturesIn);
  const virtual = told(
    'virtual interface',
    inbound.filter((shape) => capturesOut(shape) && shape.has.has('iif')),
  );
  const virtualInterfaces = pointsOf<string>(virtual, 'iif');
  const leftAlone = pointsOf<string>(
    spareIn.filter((shape) => asksOnly(shape, 'iif')),
    'iif',
  );
  const excludedNics = told(
    'excluded interface',
    spareOut.filter((shape) => asksOnly(shape, 'oif') && pointsOf<string>([shape], 'oif').some((nic) => leftAlone.includes(nic))),
  );
  const byPort = takes.filter((shape) => asksOnly(shape, 'dport'));
  const inboundPorts = takes.length > 0 && takes.every(({ has }) => has.has('dport')) ? told('captured inbound port', byPort) : [];
  const byRange = captures.filter((shape) => asksOnly(shape, 'dst'));
  const everywhere = captures.some((shape) => !shape.has.has('dst') && !shape.has.has('dport') && !shape.has.has('oif'));
  const capturedRanges = everywhere || byRange.length === 0 ? [] : told('captured range', byRange);
  const capturedPorts = everywhere
    ? []
    : told(
        'captured outbound port',
        captures.filter((shape) => asksOnly(shape, 'dport')),
      );
  const dns = dnsRules(ruleset, to('dns'));
  // without any rule of the mesh nobody asked for that either
  const ingress =
    profile?.probeSource !== undefined && captures.length > 0 && takes.length === 0 && !spareIn.some((shape) => isFrom(shape, profile));
  if (ingress) notes.push('ingress mode: no rule captures inbound traffic, and none spares the probes of the node');
  return {
    ...identity,
    ...(inboundPorts.length > 0 ? { inboundPorts: valuesOf<number>(inboundPorts, 'dport') } : {}),
    excludedInboundPorts: valuesOf(excludedIn, 'dport'),
    ...(capturedRanges.length > 0 ? { outboundRanges: valuesOf<Address>(capturedRanges, 'dst') } : {}),
    excludedOutboundRanges: valuesOf(ranges, 'dst'),
    outboundPorts: valuesOf(capturedPorts, 'dport'),
    excludedOutboundPorts: valuesOf(excludedOut, 'dport'),
    excludedInterfaces: pointsOf<string>(excludedNics, 'oif').filter((nic) => nic !== 'lo'),
    virtualInterfaces,
    excludedGroups: pointsOf<number>(told('excluded group', groups), 'gid'),
    ...(includedGroups === undefined
      ? {}
      : { includedGroups: (told('only groups', [includedGroups])[0]?.hasNot.get('gid') ?? []).map(({ lo }) => Number(lo)) }),
    dns:
      dns.length === 0
        ? 'off'
        : dns.some(({ has }) => !has.has('dst'))
          ? {}
          : { servers: valuesOf<Address>(told('DNS server', dns), 'dst') },
    capturesInbound: !ingress,
    tproxy: allRules(ruleset, 'mangle').some(({ effect }) => effect.kind === 'divert'),
    notes,
  };
}

interface IdentityInput extends InferInput {
  readonly told: (what: string, rules: readonly RuleShape[]) => readonly RuleShape[];
}

/** The host says who the proxy is. Further users and groups that the rules spare beside it are the proxy's too; on their own they are not. */
function identityOf({ ruleset, profile, host }: IdentityInput): Pick<Declaration, 'knownBy' | 'proxyUids' | 'proxyGids' | 'proxyMark'> {
  if (profile === undefined) return { knownBy: 'uid', proxyUids: [], proxyGids: [] };
  const { uid, gid } = host.processes.get(profile.process.name) ?? profile.process;
  if (profile.mark !== undefined) return { knownBy: 'mark', proxyUids: [], proxyGids: [], proxyMark: profile.mark };
  const shown = shownIdentity(ruleset);
  const beside = (own: number, others: readonly number[]) => (others.includes(own) ? others : [own]);
  // root is not the proxy's alone: then the group tells, and the user of the mesh's name is still kept free
  if (uid === 0) return { knownBy: 'gid', proxyUids: [profile.process.uid], proxyGids: beside(gid, shown.gids) };
  return { knownBy: 'uid', proxyUids: beside(uid, shown.uids), proxyGids: beside(gid, shown.gids) };
}

function isSpare({ rule: { effect } }: RuleShape): boolean {
  return effect.kind === 'return' || effect.kind === 'accept';
}

/** Istio writes ranges after the proxy's own RETURNs; one before them is somebody else's rule. */
function afterProxy({ rule }: RuleShape, spared: readonly RuleShape[]): boolean {
  const proxy = spared.find((shape) => shape.rule.chain === rule.chain && (asksOnly(shape, 'uid') || asksOnly(shape, 'gid')));
  return proxy !== undefined && proxy.rule.number < rule.number;
}

function isLoopback({ has }: RuleShape): boolean {
  return (has.get('dst') ?? []).every(({ lo }) => lo === 1n || (typeof lo === 'number' && lo >>> 24 === 127));
}

function isFrom({ has }: RuleShape, { probeSource }: MeshProfile): boolean {
  return (has.get('src') ?? []).some(
    ({ lo }) => lo === parseAddress(probeSource?.[4] ?? '') || lo === parseAddress(probeSource?.[6] ?? ''),
  );
}

/** Rules that hand packets to one of these ports, or jump to a chain that does nothing else. */
function capturersOf(ruleset: Ruleset, ports: ReadonlySet<number>): (shape: RuleShape) => boolean {
  const hands = ({ effect }: Rule): boolean =>
    (effect.kind === 'nat' && effect.manip === 'dst' && effect.ports !== undefined && ports.has(effect.ports.lo)) ||
    (effect.kind === 'divert' && ports.has(effect.port));
  const chains = new Set<string>();
  for (const { name, chains: known } of ruleset.tables.values()) {
    for (const chain of known.values())
      if (chain.hook === undefined && chain.rules.length > 0 && chain.rules.every(hands)) chains.add(`${name} ${chain.name}`);
  }
  return ({ rule }) => {
    if (chains.has(`${rule.table} ${rule.chain}`)) return false;
    const { effect } = rule;
    return hands(rule) || ((effect.kind === 'jump' || effect.kind === 'goto') && chains.has(`${rule.table} ${effect.chain}`));
  };
}

function dnsRules(ruleset: Ruleset, ports: ReadonlySet<number>): readonly RuleShape[] {
  return allRules(ruleset, 'nat')
    .filter(({ effect }) => effect.kind === 'nat' && effect.manip === 'dst' && effect.ports !== undefined && ports.has(effect.ports.lo))
    .map(shapeOf);
}

function allRules(ruleset: Ruleset, table: 'nat' | 'mangle'): readonly Rule[] {
  return [...(ruleset.tables.get(table)?.chains.values() ?? [])].flatMap(({ rules }) => rules);
}

/** A rule takes packets that conntrack calls invalid and nothing else. */
export function asksInvalid(shape: RuleShape): boolean {
  return (
    asksOnly(shape, 'ctstate') && (shape.has.get('ctstate') ?? []).every(({ lo, hi }) => lo === hi && lo === CT_STATES.indexOf('INVALID'))
  );
}
