/** Ports to which the rules hand over what was for another process, by REDIRECT, TPROXY or DNAT to this host: what listens there is a proxy,
 *  and sends packets of its own that meet the same rules. As long as it is not given what it sends, a loop cannot be excluded. */

import { addressesOfType } from '../host/addrType.ts';
import type { Host, Listener } from '../host/host.ts';
import type { IntervalSet } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import { type RelayPlace, relayOf } from '../mesh/relay.ts';
import type { Effect } from '../netfilter/effect.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import { type MatchExpr, matchesNothing } from '../netfilter/matchExpr.ts';
import type { Address } from '../packet/address.ts';
import { protocolName } from '../packet/notation.ts';
import { PROTO } from '../packet/protocol.ts';
import { type ChainDigest, chainsFrom, digestOf } from '../ruleset/chainDigest.ts';
import type { Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { basesOf } from '../ruleset/stages.ts';

export interface UnknownProxy {
  readonly listener: Listener;
  readonly proto: number;
  readonly ports: IntervalSet<number>;
  /** that hand packets over to it */
  readonly rules: readonly Rule[];
}

type Ports = IntervalSet<number>;
const ANY_PORT: Ports = [{ lo: 0, hi: 65535 }];

/** All of a host, those with a port of their own first. */
export function unknownProxies(around: RelayPlace, ruleset: Ruleset): readonly UnknownProxy[] {
  const unknown = around.host.listeners.filter((listener) => isUnknown(around, listener));
  // most hosts have none, and the rules need no look then
  const handed = unknown.length === 0 ? [] : handovers(ruleset, around.host);
  return unknown
    .toSorted((a, b) => (a.port === undefined ? 1 : 0) - (b.port === undefined ? 1 : 0))
    .flatMap((listener): readonly UnknownProxy[] => {
      const to = handed.filter(({ protos, ports }) => protos.includes(listener.proto) && portsFor(around.host, listener, ports).length > 0);
      const ports = to.flatMap((one) => portsFor(around.host, listener, one.ports));
      return ports.length === 0 ? [] : [{ listener, proto: listener.proto, ports, rules: [...new Set(to.map(({ rule }) => rule))] }];
    });
}

/** It is not known what the process sends when it takes a connection there: no relay, no listener of a mesh that answers itself. */
function isUnknown(around: RelayPlace, listener: Listener): boolean {
  if (listener.dials === 'nothing' || relayOf(around, listener) !== undefined) return false;
  const { profile } = around;
  return !(profile?.process.name === listener.process && profile.listeners.some(({ port }) => port === listener.port));
}

/** A listener without a port has those that no other has. */
function portsFor({ listeners }: Host, { proto, port }: Listener, ports: Ports): Ports {
  if (port !== undefined) return ports.some(({ lo, hi }) => lo <= port && port <= hi) ? [{ lo: port, hi: port }] : [];
  const taken = listeners.flatMap((other) => (other.proto === proto && other.port !== undefined ? [other.port] : []));
  return ports.filter(({ lo, hi }) => lo !== hi || !taken.includes(lo));
}

interface Handover {
  readonly rule: Rule;
  readonly protos: readonly number[];
  readonly ports: Ports;
}

const handovers = memoize((ruleset: Ruleset, host: Host): readonly Handover[] =>
  [...ruleset.tables.values()].flatMap(calledRules).flatMap((rule): readonly Handover[] => {
    // a table of both families has rules of the other one
    if (matchesNothing(rule.match)) return [];
    const ports = portsOf(rule, ruleset, host);
    return ports === undefined ? [] : [{ rule, protos: asked(rule.match, 'proto')?.flatMap(protosIn) ?? PROTOS, ports }];
  }),
);

const PROTOS = [PROTO.tcp, PROTO.udp];
const protosIn = ({ lo, hi }: { readonly lo: number; readonly hi: number }): readonly number[] =>
  PROTOS.filter((proto) => lo <= proto && proto <= hi);

/** Where the rule's packets are delivered; undefined: the rule hands nothing over. */
function portsOf(rule: Rule, { family }: Ruleset, host: Host): Ports | undefined {
  const { match } = rule;
  const effect = lastEffect(rule);
  if (effect.kind === 'divert') return effect.port === 0 ? (asked(match, 'dport') ?? ANY_PORT) : [{ lo: effect.port, hi: effect.port }];
  if (effect.kind !== 'nat' || effect.manip === 'src' || !isToThisHost(effect, family, host)) return undefined;
  return effect.ports === undefined ? (asked(match, 'dport') ?? ANY_PORT) : [effect.ports];
}

function isToThisHost({ to }: Extract<Effect, { kind: 'nat' }>, family: Ruleset['family'], host: Host): boolean {
  if (to.kind === 'this-host') return true;
  if (to.kind !== 'addresses') return false;
  const own = (host.assumed === true ? loopback(family) : addressesOfType(host, family, 'LOCAL')) as IntervalSet<Address>;
  return own.some(({ lo, hi }) => lo <= to.hi && to.lo <= hi);
}

/** Addresses that are every host's own. */
function loopback(family: Ruleset['family']): IntervalSet<Address> {
  return family === 4 ? [{ lo: 0x7f00_0000, hi: 0x7fff_ffff }] : [{ lo: 1n, hi: 1n }];
}

/** The values for which every packet of the condition has the field; undefined: any. */
function asked(match: MatchExpr, field: 'proto' | 'dport'): Ports | undefined {
  if (match.kind === 'and') return match.of.map((part) => asked(part, field)).find((ports) => ports !== undefined);
  return match.kind === 'in' && match.field === field ? (match.intervals as Ports) : undefined;
}

/** Rules of chains to which jumps lead from a base chain that can hand packets over: by NAT, or to a transparent socket. */
function calledRules(table: Table): readonly Rule[] {
  const bases = basesOf(table).filter(({ base: { hook, kind } }) => kind === 'nat' || hook === 'PREROUTING');
  const chains = chainsFrom(
    table,
    bases.map(({ name }) => name),
  );
  return chains.filter((name) => handsOver(digestOf(table, name))).flatMap((name) => table.chains.get(name)?.rules ?? []);
}

function handsOver({ does }: ChainDigest): boolean {
  return does.includes('nat') || does.includes('divert');
}

/** `what `squid` sends when it takes a connection at tcp port 3129 is not known` */
export function unknownProxyText({ listener, proto, ports }: UnknownProxy): string {
  const named = [...new Set(ports.map(({ lo, hi }) => (lo === hi ? `${lo}` : `${lo}-${hi}`)))];
  const many = named.length > 4 ? [...named.slice(0, 4), `${named.length - 4} more`] : named;
  const at = `${protocolName(proto)} port ${many.join(', ')}`;
  const who = listener.port === undefined ? 'the listener' : `\`${listener.process}\``;
  return `what ${who} sends for a connection that it takes at ${at} is not known`;
}

/** What to do about it: the lines of a host file that say what it is. */
export function unknownProxyHelp(proxies: readonly UnknownProxy[]): string {
  const lines = [...new Set(proxies.map(proxyLine))];
  const which = `\`dials\`: \`original\`, \`nothing\` where it answers itself, or the server that it asks as \`ADDRESS:PORT\`; \`mark\`: its SO_MARK, if it has one`;
  return `say it in the host file: \`proxies:\` ${lines.join(' ')}; ${which}`;
}

function proxyLine({ listener, proto, ports }: UnknownProxy): string {
  const port = listener.port ?? ports[0]?.lo ?? 0;
  const process = listener.port === undefined ? 'NAME' : listener.process;
  return `\`- {process: ${process}, listens: [${protocolName(proto)} ${port}], dials: original, uid: UID}\``;
}
