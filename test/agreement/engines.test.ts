/** The two engines say the same of every packet: the class that holds a packet has the fate, the tuple and the mark that simulating it gives. */
import { describe, expect, it } from 'vitest';
import { type ForcedState, forcedKey } from '../../src/netfilter/firstState.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { CT_STATES } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import type { Space } from '../../src/symbolic/space/space.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import type { FateClass } from '../../src/symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { fixtureCases } from '../kernel/generate/fixtureCases.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import type { Case } from '../kernel/generate/randomCase.ts';
import { randomCases } from '../kernel/generate/randomCase.ts';
import { attached, type Move, together } from '../support/attached.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { endsOfClasses, endsOfWalks } from './oneLeg.ts';

interface Tally {
  compared: number;
  /** sockets bound to an interface: outside the symbolic engine's packets */
  outside: number;
  readonly wrong: string[];
}

type Around = (ruleset: Ruleset) => Ruleset;
const alone: Around = (ruleset) => ruleset;

function compareCase(one: Case, tally: Tally, around: Around): void {
  for (const [family, text] of [
    [4, one.rules.v4],
    [6, one.rules.v6],
  ] as const) {
    if (text === undefined) continue;
    const space = spaceFor(one.host, family);
    const { host } = space;
    const ruleset = around(rulesetOf(text, { family, sets: host.sets }));
    const classes = new Map<string, readonly FateClass[]>();
    for (const [index, packet] of one.packets.filter(({ family }) => family === ruleset.family).entries()) {
      if (packet.oif !== undefined || (packet.dir === 'out' && (packet.src === 0 || packet.src === 0n))) {
        tally.outside++;
        continue;
      }
      for (const one of index % 3 === 0 ? [packet, inConnection(packet, round++)] : [packet]) {
        const { dir, iif = '' } = one;
        const forced = forcedOf(one);
        const way = `${dir} ${iif} ${forcedKey(forced)}`;
        const question = { space, ruleset, ...(forced === undefined ? {} : { forced }) };
        const found = classes.get(way) ?? (dir === 'out' ? traverseOut(question) : traverseIn(question, iif));
        classes.set(way, found);
        compare({ space, ruleset, packet: one, classes: found }, tally);
      }
    }
  }
}

/** Counts the packets that are said to belong to connections. */
let round = 0;

/** Rulesets that share a host share its diagrams. */
let shared: { readonly host: unknown; readonly spaces: Map<4 | 6, Space> } = { host: undefined, spaces: new Map() };

function spaceFor(description: unknown, family: 4 | 6): Space {
  const spaces = shared.host === description ? shared.spaces : new Map<4 | 6, Space>();
  shared = { host: description, spaces };
  const space = spaces.get(family) ?? makeSpace(family, hostOf(description));
  spaces.set(family, space);
  return space;
}

/** The same packet, said to belong to a connection: every state, with marks that meshes restore, and none. */
function inConnection(packet: Packet, index: number): Packet {
  const marks = [0, 0x111, 1337] as const;
  const said = { ...packet, ctstate: CT_STATES[index % CT_STATES.length] ?? 'NEW', connmark: marks[index % marks.length] ?? 0 };
  return said.ctstate === 'ESTABLISHED' || said.ctstate === 'RELATED' ? { ...said, ctdir: 'original' } : said;
}

function forcedOf({ ctstate, connmark = 0 }: Packet): ForcedState | undefined {
  return ctstate === undefined ? undefined : { state: ctstate, connmark };
}

interface Pair {
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly classes: readonly FateClass[];
}

function compare({ space, ruleset, packet, classes }: Pair, tally: Tally): void {
  const sets = endsOfClasses(space, classes, packet);
  const walks = endsOfWalks(space, ruleset, packet);
  tally.compared++;
  if (sets.join() !== walks.join()) {
    tally.wrong.push(
      `${packetText(packet)} with rules of line ${ruleset.source.text}\nsimulator: ${walks.join(' | ')}\nsymbolic:  ${sets.join(' | ')}`,
    );
  }
}

/** Random rules, and behind them what refuses the rest: their answers meet the rules of OUTPUT, which are random too. */
function* refusingCases(pairs: number, seed: number): Generator<Case> {
  for (const one of randomCases(pairs, seed)) {
    const { v4, v6 } = one.rules;
    yield { ...one, rules: { ...(v4 !== undefined && { v4: refusing(v4, '') }), ...(v6 !== undefined && { v6: refusing(v6, '6') }) } };
  }
}

function refusing(text: string, v6: string): string {
  const rules = ['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [
    `-A ${chain} -p tcp --dport 0:9999 -j REJECT --reject-with tcp-reset`,
    `-A ${chain} ${chain === 'OUTPUT' ? '-p udp' : ''} -j REJECT --reject-with icmp${v6}-port-unreachable`,
  ]);
  const whole = text.includes('*filter\n') ? text : `${text}*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n`;
  return whole.replace(/(\*filter\n[^*]*?)(COMMIT)/, (_, rest: string, end: string) => `${rest}${rules.join('\n')}\n${end}`);
}

/** The ruleset beside the last one of its family, the base chains of both at random priorities, as nf_tables allows them. */
function besideOthers(seed: number): Around {
  const random = randomFrom(seed);
  const last = new Map<4 | 6, Ruleset>();
  const move: Move = ({ kind, hook }) => ({
    priority: random.below(440) - 320,
    ...(kind !== 'nat' && hook === 'OUTPUT' && random.chance(1 / 3) && { kind: 'route' as const }),
  });
  return (ruleset) => {
    const before = last.get(ruleset.family);
    last.set(ruleset.family, ruleset);
    const moved = attached(ruleset, 'one', move);
    return before === undefined ? moved : together(moved, attached(before, 'other', move));
  };
}

describe('the simulator and the symbolic engine agree', () => {
  const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
  it.each([
    ['random rules', 15_000, randomCases, alone],
    ['random rules that refuse the rest', 300, refusingCases, alone],
    ['the fixtures', 35_000, fixtureCases, alone],
    ['random rules beside others at any priority', 3000, randomCases, besideOthers(SEED)],
  ] as const)('on random packets and %s, %i pairs', { timeout: 600_000 }, (_, usual, cases, around) => {
    const PAIRS = Number(process.env.CHAINWALK_PAIRS ?? usual);
    const tally: Tally = { compared: 0, outside: 0, wrong: [] };
    for (const one of cases(PAIRS, SEED)) compareCase(one, tally, around);
    expect(tally.wrong.slice(0, 5)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(PAIRS * 0.5);
  });
});

describe('they agree where IPv6 looks for a route before there is a source', () => {
  const host = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['fd00::5/64'] }, { name: 'eth1', addresses: ['fd01::5/64'] }],
    routes: ['default via fd00::1 dev eth0'],
    ip_rules: ['-6 from fd00::/64 to 2001:db8::/32 lookup 100', '-6 from fd01::/64 lookup 100'],
    route_tables: { 100: ['default via fd01::1 dev eth1'] },
  };
  const place = hostOf(host);
  const space = makeSpace(6, place);
  const ruleset = rulesetOf('*filter\n:OUTPUT ACCEPT\nCOMMIT\n', { family: 6 });
  const classes = traverseOut({ space, ruleset });

  it.each([
    ['out tcp fd00::5 -> [2001:db8::9]:80 uid=1000', ['eth0', 'eth1']],
    ['out tcp -> [2001:db8::9]:80 uid=1000', ['eth0', 'eth1']],
    ['out tcp fd01::5 -> [2001:db8::9]:80 uid=1000', ['eth1']],
    ['out tcp fd00::5 -> [2001:dead::9]:80 uid=1000', ['eth0']],
  ])('%s', (text, ways) => {
    const packet = packetOf(text, place);
    const tally: Tally = { compared: 0, outside: 0, wrong: [] };
    compare({ space, ruleset, packet, classes }, tally);
    expect(tally.wrong).toEqual([]);
    const assignment = assignmentOf(space, packet);
    const met = classes.filter(({ set }) => setContains(space, set, assignment));
    expect(met.flatMap(({ fate }) => ('oif' in fate ? [fate.oif] : [])).sort()).toEqual(ways);
    // what depends on it is undecided
    expect(met.every(({ doubts }) => doubts.length > 0)).toBe(ways.length > 1);
  });
});
