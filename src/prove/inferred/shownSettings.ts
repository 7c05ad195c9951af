/** Settings of the mesh that are no exclusions, as its rules show them: interfaces of guests, captured DNS, ambient's ingress mode. */

import type { Host } from '../../host/host.ts';
import type { MeshPlaces, MeshProfile } from '../../mesh/profile.ts';
import { type CallEffect, callsIn, does, effectsOfKind, lastEffect } from '../../netfilter/everyEffect.ts';
import type { Address } from '../../packet/address.ts';
import { parseAddress } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { rulesOfTables } from '../../ruleset/everyRule.ts';
import { asksOnly, covers, pointsOf, type RuleShape, shapeOf, valuesOf } from '../../ruleset/ruleShape.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { chainsAt, hookPartOf, isNatTable, runsBeforeLookup } from '../../ruleset/stages.ts';
import type { Declaration } from './declaration.ts';
import type { Told } from './exclusions.ts';

type Captures = (shape: RuleShape) => boolean;

interface VirtualInput {
  readonly places: MeshPlaces;
  readonly inbound: readonly RuleShape[];
  readonly capturesOut: Captures;
  readonly told: Told;
  /** rules that belong to a setting that another rule names */
  readonly keep: (rules: readonly RuleShape[]) => void;
}

/** Inbound traffic of an interface that is handed to the outbound listener, in the form in which the mesh writes it. */
export function virtualIn({ places: { virtual }, inbound, capturesOut, told, keep }: VirtualInput): readonly RuleShape[] {
  if (virtual === undefined) return [];
  const here = inbound.filter((shape) => virtual.chain.test(shape.rule.chain) && shape.has.has('iif'));
  const nic = (shape: RuleShape): string => JSON.stringify(shape.has.get('iif'));
  const returns = here.filter(({ rule, more, hasNot }) => lastEffect(rule).kind === 'return' && !more && hasNot.size === 0);
  const beside = (shape: RuleShape): boolean =>
    virtual.beside === 'own network'
      ? shape.hasNot.has('dst')
      : returns.some((other) => asksOnly(other, 'iif') && nic(other) === nic(shape));
  const found = told(
    'virtual interface',
    here.filter((shape) => capturesOut(shape) && !shape.more && beside(shape)),
  );
  const names = new Set(found.map(nic));
  // the RETURN after it, and the redirect of its DNS, belong to the same setting
  keep(here.filter((shape) => names.has(nic(shape)) && (returns.includes(shape) || covers(shape, 'dport', 53))));
  return found;
}

/** `br+` stands for the interfaces of the host that are so called. */
export function interfacesOf(shapes: readonly RuleShape[], host: Host): readonly string[] {
  const meant = valuesOf<string>(shapes, 'iif');
  const wide = meant.filter(({ lo, hi }) => lo !== hi);
  const named = host.interfaces.map(({ name }) => name).filter((name) => wide.some(({ lo, hi }) => lo <= name && name <= hi));
  return [...new Set([...pointsOf<string>(shapes, 'iif'), ...named])];
}

/** The chain of captured inbound ports has excluded ones as well, which the mesh would not have written beside a list. */
export function excludesMore(
  inbound: readonly RuleShape[],
  { places, ownPorts }: { readonly places: MeshPlaces; readonly ownPorts: ReadonlySet<number> },
): boolean {
  const returns = inbound.filter(({ rule }) => places.inbound.chain.test(rule.chain) && lastEffect(rule).kind === 'return');
  const byPort = returns.filter((shape) => asksOnly(shape, 'dport'));
  return byPort.some((shape) => !pointsOf<number>([shape], 'dport').every((port) => ownPorts.has(port)));
}

interface DnsInput {
  readonly ruleset: Ruleset;
  readonly places: MeshPlaces;
  /** of the DNS listeners */
  readonly ports: ReadonlySet<number>;
  readonly told: Told;
}

/** By the rules that hand questions over, and by those that give them a conntrack zone: where only these are left, capture is missing. */
export function dnsOf({ ruleset, places: { dnsZones, dnsServer, dnsOverTcp }, ports, told }: DnsInput): Declaration['dns'] {
  const redirects = rulesOfTables(ruleset, isNatTable)
    .filter((rule) => handsTo(rule, ports) || elsewhere(rule, dnsServer) !== undefined)
    // those of guests are written whether the DNS of the host is captured or not
    .filter((rule) => !shapeOf(rule).has.has('iif'));
  const zones = rulesOfTables(ruleset, runsBeforeLookup).filter((rule) => does(rule, 'conntrack') && dnsZones?.test(rule.chain) === true);
  const questions = zones.map(shapeOf).filter(isQuestion);
  const shapes = [...redirects.map(shapeOf), ...questions];
  if (shapes.length === 0) return 'off';
  const to = redirects.map((rule) => elsewhere(rule, dnsServer)).find((address) => address !== undefined);
  const udpOnly = dnsOverTcp !== undefined && !redirects.some((rule) => covers(shapeOf(rule), 'proto', PROTO.tcp));
  const server = { ...(to !== undefined && { to }), ...(udpOnly && { udpOnly }) };
  if (shapes.some(({ has }) => !has.has('dst'))) return server;
  return { ...server, servers: valuesOf<Address>(told('DNS server', shapes), 'dst') };
}

function handsTo(rule: Rule, ports: ReadonlySet<number>): boolean {
  return effectsOfKind(rule, 'nat').some((nat) => nat.manip === 'dst' && nat.ports !== undefined && ports.has(nat.ports.lo));
}

/** The one address that the chain of the mesh sends DNS to, on its own port. */
function elsewhere(rule: Rule, dnsServer: RegExp | undefined): Address | undefined {
  const effect = lastEffect(rule);
  if (dnsServer?.test(rule.chain) !== true || effect.kind !== 'nat' || effect.to.kind !== 'addresses') return undefined;
  return effect.to.lo === effect.to.hi ? effect.to.lo : undefined;
}

/** Of anybody, to port 53. */
function isQuestion(shape: RuleShape): boolean {
  return (asksOnly(shape, 'dport') || asksOnly(shape, 'dport', 'dst')) && covers(shape, 'dport', 53);
}

/** Ambient: everything jumps to the mesh's chain, in which nothing captures and nothing spares the probes of the node. */
export function isIngressMode(ruleset: Ruleset, { places, probeSource }: MeshProfile, capturesIn: Captures): boolean {
  if (probeSource === undefined) return false;
  const isInbound = ({ kind, chain }: CallEffect): boolean => kind === 'jump' && places.inbound.chain.test(chain);
  const entered = chainsAt(ruleset, 'PREROUTING').flatMap(({ table: { chains }, chain }) => {
    if (hookPartOf(chain) !== 'nat') return [];
    const jumps = chain.rules.filter((rule) => rule.match.kind === 'always' && callsIn(rule).some(isInbound));
    return jumps.flatMap(callsIn).flatMap((call) => chains.get(call.chain) ?? []);
  });
  const into = entered.flatMap(({ rules }) => rules).map(shapeOf);
  const probes = [probeSource[4], probeSource[6]].map(parseAddress);
  const spares = ({ has }: RuleShape): boolean => (has.get('src') ?? []).some(({ lo }) => probes.some((probe) => probe === lo));
  return entered.length > 0 && !into.some((shape) => capturesIn(shape) || spares(shape));
}
