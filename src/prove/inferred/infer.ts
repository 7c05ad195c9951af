/** The declaration that the rules themselves show, where it is not given.
 *  A setting is read from the rule that it becomes; rules that capture nothing do not say that nothing is to be captured. */

import { sharedIdentity } from '../../connection/proxyIdentity.ts';
import type { Host } from '../../host/host.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { type Interval, normalize } from '../../lib/intervals.ts';
import { plural } from '../../lib/plural.ts';
import type { ListenerRole, MeshPlaces, MeshProfile } from '../../mesh/profile.ts';
import { callsIn } from '../../netfilter/everyEffect.ts';
import type { Address } from '../../packet/address.ts';
import { CT_STATES } from '../../packet/packet.ts';
import type { RuleShape } from '../../ruleset/ruleShape.ts';
import { asksOnly, rulesAt, valuesOf } from '../../ruleset/ruleShape.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { usesTransparent } from '../../ruleset/transparentPorts.ts';
import type { Declaration } from './declaration.ts';
import { exclusionsOf } from './exclusions.ts';
import { handsToPorts } from './handsToPorts.ts';
import { dnsOf, excludesMore, interfacesOf, isIngressMode, virtualIn } from './shownSettings.ts';

export interface InferInput {
  readonly ruleset: Ruleset;
  readonly profile: MeshProfile | undefined;
  readonly host: Host;
}

export function inferDeclaration({ ruleset: given, profile, host }: InferInput): Declaration {
  // without a mesh nothing was declared
  const ruleset = profile === undefined ? { ...given, tables: new Map() } : given;
  const outbound = rulesAt(ruleset, 'OUTPUT', 'nat');
  const inbound = [...rulesAt(ruleset, 'PREROUTING', 'nat'), ...rulesAt(ruleset, 'PREROUTING', 'after-lookup')];
  const to = (role: ListenerRole) => new Set((profile?.listeners ?? []).filter((one) => one.role === role).map(({ port }) => port));
  const capturesOut = capturersOf(ruleset, to('outbound'));
  const capturesIn = capturersOf(ruleset, to('inbound'));
  const notes: string[] = [];
  const settings = new Set<Rule>();
  const keep = (rules: readonly RuleShape[]): void => {
    for (const { rule } of rules) settings.add(rule);
  };
  const told = (what: string, rules: readonly RuleShape[]): readonly RuleShape[] => {
    const { file, rendered } = ruleset.source;
    // rendered rules are in no file
    keep(rules);
    for (const [{ rule }, ...equals] of groupBy(rules, ({ rule: { text } }) => text).values()) {
      const more = equals.length === 0 ? '' : ` and ${plural(equals.length, 'equal rule')}`;
      notes.push(`${what}${rendered === true ? '' : ` (${file}:${rule.line}${more})`}: ${rule.text}`);
    }
    return rules;
  };
  const places = profile?.places ?? NOWHERE;
  const identity = identityOf({ ruleset, profile, host, told });
  const ownPorts = new Set([...to('tunnel'), ...to('health')]);
  const excluded = exclusionsOf({ places, outbound, inbound, identity, ownPorts, told, keep });
  const captures = outbound.filter(capturesOut);
  const takes = inbound.filter(capturesIn);
  // a list of ports or ranges is the mesh's where it stands in the mesh's own chain, and no other rule captures the rest
  const own = (shapes: readonly RuleShape[], { chain }: { readonly chain: RegExp }) => shapes.filter(({ rule }) => chain.test(rule.chain));
  const virtual = virtualIn({ places, inbound, capturesOut, told, keep });
  const byPort = own(takes, places.inbound).filter((shape) => asksOnly(shape, 'dport'));
  const isPortList =
    byPort.length > 0 &&
    byPort.length === takes.length &&
    !(places.listsStandAlone === true && excludesMore(inbound, { places, ownPorts: to('tunnel') }));
  const inboundPorts = isPortList ? told('captured inbound port', byPort) : [];
  const byRange = own(captures, places.outbound).filter((shape) => asksOnly(shape, 'dst'));
  const everywhere = captures.some((shape) => !shape.has.has('dst') && !shape.has.has('dport') && !shape.has.has('oif'));
  const capturedRanges = everywhere || byRange.length === 0 ? [] : told('captured range', byRange);
  const capturedPorts = everywhere
    ? []
    : told(
        'captured outbound port',
        own(captures, places.outbound).filter((shape) => asksOnly(shape, 'dport')),
      );
  const ingress = profile !== undefined && captures.length > 0 && takes.length === 0 && isIngressMode(ruleset, profile, capturesIn);
  if (ingress) notes.push('ingress mode: no rule captures inbound traffic, and none spares the probes of the node');
  return {
    ...identity,
    ...excluded,
    ...(inboundPorts.length > 0 ? { inboundPorts: valuesOf<number>(inboundPorts, 'dport') } : {}),
    ...(capturedRanges.length > 0 ? { outboundRanges: valuesOf<Address>(capturedRanges, 'dst') } : {}),
    outboundPorts: valuesOf(capturedPorts, 'dport'),
    virtualInterfaces: interfacesOf(virtual, host),
    virtualNetworks: normalize(virtual.flatMap(({ hasNot }) => (hasNot.get('dst') ?? []) as readonly Interval<Address>[])),
    dns: dnsOf({ ruleset, places, ports: to('dns'), told }),
    capturesInbound: !ingress,
    tproxy: usesTransparent(ruleset),
    settings,
    notes,
  };
}

/** Without a mesh there are no settings. */
const NOWHERE: MeshPlaces = { inbound: { chain: /^$/, excludes: [] }, outbound: { chain: /^$/, excludes: [] } };

interface IdentityInput extends InferInput {
  readonly told: (what: string, rules: readonly RuleShape[]) => readonly RuleShape[];
}

/** The host says who the proxy is. Further users and groups that the rules spare beside it are the proxy's too; on their own they are not. */
function identityOf({ ruleset, profile, host }: IdentityInput): Pick<Declaration, 'knownBy' | 'proxyUids' | 'proxyGids' | 'proxyMark'> {
  if (profile === undefined) return { knownBy: 'uid', proxyUids: [], proxyGids: [] };
  const { uid, gid } = host.processes.get(profile.process.name) ?? profile.process;
  if (profile.mark !== undefined) return { knownBy: 'mark', proxyUids: [], proxyGids: [], proxyMark: profile.mark };
  const shown = sharedIdentity(ruleset, profile);
  const beside = (own: number, others: readonly number[]) => (others.includes(own) ? others : [own]);
  // root is not the proxy's alone: then the group tells, and the user of the mesh's name is still kept free, which has the group's number
  const named = shown.uids.includes(gid) ? gid : profile.process.uid;
  if (uid === 0) return { knownBy: 'gid', proxyUids: [named], proxyGids: beside(gid, shown.gids) };
  return { knownBy: 'uid', proxyUids: beside(uid, shown.uids), proxyGids: beside(gid, shown.gids) };
}

/** Rules that hand packets to one of these ports, or jump to a chain that does nothing else. */
function capturersOf(ruleset: Ruleset, ports: ReadonlySet<number>): (shape: RuleShape) => boolean {
  const hands = (rule: Rule): boolean => handsToPorts(rule, ports);
  const chains = new Set<string>();
  for (const { name, chains: known } of ruleset.tables.values()) {
    for (const chain of known.values())
      if (chain.base === undefined && chain.rules.length > 0 && chain.rules.every(hands)) chains.add(`${name} ${chain.name}`);
  }
  return ({ rule }) => {
    if (chains.has(`${rule.table} ${rule.chain}`)) return false;
    return hands(rule) || callsIn(rule).some(({ chain }) => chains.has(`${rule.table} ${chain}`));
  };
}

/** A rule takes packets that conntrack calls invalid and nothing else. */
export function asksInvalid(shape: RuleShape): boolean {
  return (
    asksOnly(shape, 'ctstate') && (shape.has.get('ctstate') ?? []).every(({ lo, hi }) => lo === hi && lo === CT_STATES.indexOf('INVALID'))
  );
}
