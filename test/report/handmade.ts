/** Journeys made by hand, so that every kind of step and end can be shown without rules that cause it. */
import type { Journey, Leg, Path } from '../../src/connection/journey.ts';
import { ALWAYS } from '../../src/netfilter/matchExpr.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import type { After, Choice, Fate, Walk, WalkStep } from '../../src/simulate/trace.ts';

export function address(text: string): number | bigint {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

export function packet(change: Partial<Packet> = {}): Packet {
  return {
    family: 4,
    dir: 'out',
    proto: 6,
    src: address('10.244.0.5'),
    dst: address('203.0.113.9'),
    sport: 40000,
    dport: 443,
    flags: 2,
    uid: 1000,
    gid: 1000,
    socket: true,
    mark: 0,
    ttl: 64,
    tos: 0,
    length: 60,
    fragOffset: 0,
    ...change,
  };
}

export interface RuleSpec {
  readonly table?: Rule['table'];
  readonly chain: string;
  readonly number: number;
  readonly body: string;
  readonly target?: string;
  readonly line: number;
}

export function rule({ table = 'nat', chain, number, body, target, line }: RuleSpec): Rule {
  return {
    table,
    chain,
    number,
    line,
    text: `-A ${chain}${body === '' ? '' : ` ${body}`}`,
    match: ALWAYS,
    clauses: [],
    effects: [{ kind: 'continue' }],
    span: { start: 0, end: 0 },
    ...(target !== undefined && { target }),
  };
}

export interface WalkSpec {
  readonly packet?: Packet;
  readonly steps?: readonly WalkStep[];
  readonly fate: Fate;
  readonly after?: Partial<After>;
  readonly choices?: readonly Choice[];
}

export function walk({ packet: sent = packet(), steps = [], fate, after = {}, choices = [] }: WalkSpec): Walk {
  const ports = { ...(sent.sport !== undefined && { sport: sent.sport }), ...(sent.dport !== undefined && { dport: sent.dport }) };
  return {
    packet: sent,
    steps,
    fate,
    choices,
    connections: [],
    after: { src: sent.src, dst: sent.dst, ...ports, mark: 0, connmark: 0, ctzone: 0, ...after },
  };
}

export function path(outcome: Path['outcome'], legs: readonly Leg[], more: Partial<Path> = {}): Path {
  return { outcome, firstOutcome: outcome, legs, choices: legs.flatMap((leg) => leg.walk.choices), ...more };
}

export function journey(paths: readonly Path[], outcome: Journey['outcome'] | undefined = paths[0]?.outcome): Journey {
  const sent = paths[0]?.legs[0]?.walk.packet ?? packet();
  return { packet: sent, outcome: outcome ?? 'undecided', paths, truncated: false };
}

const JUMP = rule({ chain: 'OUTPUT', number: 1, body: '-p tcp -j ISTIO_OUTPUT', target: 'ISTIO_OUTPUT', line: 17 });
const TO_REDIRECT = rule({ chain: 'ISTIO_OUTPUT', number: 9, body: '-j ISTIO_REDIRECT', target: 'ISTIO_REDIRECT', line: 26 });
const REDIRECT = rule({
  chain: 'ISTIO_REDIRECT',
  number: 1,
  body: '-p tcp -j REDIRECT --to-ports 15001',
  target: 'REDIRECT',
  line: 12,
});
const UID = rule({ chain: 'ISTIO_OUTPUT', number: 4, body: '-m owner --uid-owner 1337 -j RETURN', target: 'RETURN', line: 21 });

const LO = { port: 15001, proto: 6, process: 'proxy', transparent: false } as const;

/** The application's packet, taken by the proxy's outbound listener. */
export function capturedLeg(sender = 'app', sent: Packet = packet()): Leg {
  const from = { address: sent.dst, port: sent.dport ?? 0 };
  const to = { address: address('127.0.0.1'), port: 15001 };
  const steps: readonly WalkStep[] = [
    { kind: 'route', again: false, oif: 'eth0', local: false, table: 'main' },
    { kind: 'hook', hook: 'OUTPUT', oif: 'eth0' },
    { kind: 'conntrack', hook: 'OUTPUT', state: 'NEW', zone: 0 },
    { kind: 'rule', hook: 'OUTPUT', rule: JUMP, verdict: 'JUMP' },
    { kind: 'miss', hook: 'OUTPUT', rule: UID, clause: { text: '--uid-owner 1337', expr: ALWAYS }, saw: { uid: 1000 } },
    { kind: 'rule', hook: 'OUTPUT', rule: TO_REDIRECT, verdict: 'JUMP' },
    { kind: 'rule', hook: 'OUTPUT', rule: REDIRECT, verdict: 'ACCEPT' },
    { kind: 'nat', hook: 'OUTPUT', manip: 'dst', from, to },
    { kind: 'policy', hook: 'OUTPUT', table: 'filter', chain: 'OUTPUT', verdict: 'ACCEPT' },
    { kind: 'route', again: true, oif: 'lo', local: true, table: 'local' },
    { kind: 'hook', hook: 'POSTROUTING', oif: 'lo' },
    { kind: 'policy', hook: 'POSTROUTING', table: 'nat', chain: 'POSTROUTING', verdict: 'ACCEPT' },
    { kind: 'hook', hook: 'PREROUTING', iif: 'lo' },
    { kind: 'hook', hook: 'INPUT', iif: 'lo' },
    { kind: 'policy', hook: 'INPUT', table: 'filter', chain: 'INPUT', verdict: 'ACCEPT' },
  ];
  const after = { dst: to.address, dport: 15001, iif: 'lo', oif: 'lo', ctstate: 'NEW' } as const;
  const fate: Fate = { kind: 'delivered', process: 'proxy', listener: 15001, transparent: false };
  return { sender, walk: walk({ packet: sent, steps, fate, after }), listener: LO, role: 'outbound' };
}

/** The proxy's packet, exempt by its uid. */
export function proxyLeg(): Leg {
  const steps: readonly WalkStep[] = [
    { kind: 'hook', hook: 'OUTPUT', oif: 'eth0' },
    { kind: 'rule', hook: 'OUTPUT', rule: JUMP, verdict: 'JUMP' },
    { kind: 'rule', hook: 'OUTPUT', rule: UID, verdict: 'RETURN' },
    { kind: 'policy', hook: 'OUTPUT', table: 'nat', chain: 'OUTPUT', verdict: 'ACCEPT' },
    { kind: 'hook', hook: 'POSTROUTING', oif: 'eth0' },
  ];
  const sent = packet({ uid: 1337, gid: 1337 });
  return { sender: 'proxy', walk: walk({ packet: sent, steps, fate: { kind: 'sent', oif: 'eth0' }, after: { oif: 'eth0' } }) };
}

export function capturedJourney(): Journey {
  return journey([path('captured-out', [capturedLeg(), proxyLeg()])]);
}

export function loopJourney(): Journey {
  return journey([path('loop', [capturedLeg(), capturedLeg('proxy', packet({ uid: 1337, gid: 1337 }))], { cycleFrom: 0 })]);
}
