/** The two engines say the same of random hosts, the ones that `--hosts` of test/kernel/run.ts gives to the kernel: with rules of routing,
 *  sources, interfaces that are down, MTUs; of sockets that are bound to a source and of those that are not. */
import { describe, expect, it } from 'vitest';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { makeSpace, type Space } from '../../src/symbolic/space/space.ts';
import { type FateClass, traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { type Random, randomFrom } from '../kernel/generate/random.ts';
import { drawRoutedHost, drawSend } from '../kernel/hosts/drawRoutedHost.ts';
import { notationOf } from '../kernel/hosts/ends.ts';
import type { RoutedHost, Send } from '../kernel/hosts/routedHost.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { endOfWalk, endsOfClasses } from './oneLeg.ts';

const HOSTS = Number(process.env.CHAINWALK_HOSTS ?? 60);
const EACH = 12;

/** Rules that leave routing alone, and some that route again. */
const RULES = [
  '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n',
  '*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp --dport 443 -j MARK --set-mark 7\nCOMMIT\n',
  '*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -p udp --dport 53 -j MARK --set-mark 4\nCOMMIT\n',
] as const;

interface Tally {
  compared: number;
  /** whose socket had no source of its own */
  unbound: number;
  /** that may go several ways */
  several: number;
  readonly seen: Map<string, number>;
  readonly wrong: string[];
}

interface Place {
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly classes: Map<string, readonly FateClass[]>;
}

function placesOf(description: RoutedHost, text: string): Readonly<Record<4 | 6, Place>> {
  const host = hostOf({ ...description, interfaces: description.interfaces.map(({ late: _, ...nic }) => nic) });
  const place = (family: 4 | 6): Place => ({
    space: makeSpace(family, host),
    ruleset: rulesetOf(text, { family }),
    classes: new Map(),
  });
  return { 4: place(4), 6: place(6) };
}

function classesOf({ space, ruleset, classes }: Place, { dir, iif = '' }: Packet): readonly FateClass[] {
  const way = dir === 'out' ? '' : iif;
  const found = classes.get(way) ?? (dir === 'out' ? traverseOut({ space, ruleset }) : traverseIn({ space, ruleset }, iif));
  classes.set(way, found);
  return found;
}

function compareHost(random: Random, tally: Tally): void {
  const description = withSourceRule(random, drawRoutedHost(random.fork()));
  const places = placesOf(description, random.pick(RULES));
  const drawing = random.fork();
  for (let at = 0; at < EACH; at++) {
    const { oif: _, df: _df, ...send } = drawSend(drawing, description);
    const place = places[send.dst.includes(':') ? 6 : 4];
    const { host } = place.space;
    const packet = packetOf(notationOf(send), host);
    if (packet.dir === 'out' && (packet.src === 0 || packet.src === 0n)) continue;
    const sets = endsOfClasses(place.space, classesOf(place, packet), packet);
    const walks = endsOf(place, packet, send);
    tally.compared++;
    if (packet.srcChosen === true) tally.unbound++;
    if (walks.length > 1) tally.several++;
    for (const end of walks) tally.seen.set(wordOf(end), (tally.seen.get(wordOf(end)) ?? 0) + 1);
    if (sets.join() !== walks.join())
      tally.wrong.push(
        `${packetText(packet)} on ${JSON.stringify(description)}\nsimulator: ${walks.join(' | ')}\nsymbolic:  ${sets.join(' | ')}`,
      );
  }
}

/** Of a socket that is bound to the source, and of one that gets it with its route, if it would: a set does not say which. */
function endsOf(place: Place, packet: Packet, { src: _, ...send }: Send): readonly string[] {
  const { srcChosen: _chosen, ...bound } = packet;
  const unbound = packet.dir === 'out' ? packetOf(notationOf(send), place.space.host) : bound;
  const both = unbound.src === packet.src ? [bound, { ...unbound, ...(packet.sport !== undefined && { sport: packet.sport }) }] : [bound];
  const walks = both.flatMap((one) => simulate({ ruleset: place.ruleset, packet: one, host: place.space.host }).walks);
  // with another way the kernel chooses another source: that is another packet of the set
  return [...new Set(walks.filter(({ after }) => after.src === packet.src).map(endOfWalk))].sort();
}

/** Often a rule for sources that the host has: sockets that are bound to one go another way than those that are not. */
function withSourceRule(random: Random, host: RoutedHost): RoutedHost {
  const names = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  if (names.length === 0 || random.chance(0.4)) return host;
  const rules = [`pref 99 from ${random.pick(['10.0.0.0/8', '10.1.0.0/16'])} lookup 300`, '-6 pref 99 from fd00::/8 lookup 300'];
  const routes = [`default dev ${random.pick(names)}`, `-6 default dev ${random.pick(names)}`];
  return { ...host, ip_rules: [...rules, ...(host.ip_rules ?? [])], route_tables: { ...host.route_tables, 300: routes } };
}

/** `sent`, or `lost` and why. */
function wordOf(end: string): string {
  return /^(?:lost )?\S+/.exec(end)?.[0] ?? end;
}

describe('the simulator and the symbolic engine agree', () => {
  it('on random hosts, sockets and arrivals', { timeout: 600_000 }, () => {
    const random = randomFrom(Number(process.env.CHAINWALK_SEED ?? 5));
    const tally: Tally = { compared: 0, unbound: 0, several: 0, seen: new Map(), wrong: [] };
    for (let at = 0; at < HOSTS; at++) compareHost(random, tally);
    if (process.env.CHAINWALK_HOSTS !== undefined)
      console.log(tally.compared, tally.unbound, tally.several, tally.seen, tally.wrong.length);
    expect(tally.wrong.slice(0, 5)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(HOSTS * EACH * 0.7);
    expect(tally.unbound).toBeGreaterThan(HOSTS * 2);
    expect(tally.several).toBeGreaterThan(HOSTS / 6);
    for (const end of ['sent', 'forwarded', 'delivered', 'lost no-route', 'lost reverse-path', 'lost too-big'])
      expect(tally.seen.get(end) ?? 0).toBeGreaterThan(0);
  });
});
