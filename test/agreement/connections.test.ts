/** The two engines say the same of every connection: whether it completes, and where it ends if it does not. */
import { describe, expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { Budget } from '../../src/lib/budget.ts';
import { CLOSING, ERRORS_ABOUT, OPENING_PARTS, type PartName } from '../../src/netfilter/connectionParts.ts';
import { TCP_FLAGS } from '../../src/packet/fields.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type Conversation, type ConversationPart, converse, isKnownBothWays } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Fate } from '../../src/simulate/trace.ts';
import { asideEnds } from '../../src/symbolic/connection/asideEnds.ts';
import { connectionEnds } from '../../src/symbolic/connection/connectionEnds.ts';
import type { ConnectionEnd, ConnectionQuestion } from '../../src/symbolic/connection/going.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace, type Space } from '../../src/symbolic/space/space.ts';
import type { ClassFate } from '../../src/symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { type Case, randomCases } from '../kernel/generate/randomCase.ts';
import { connectionCases } from '../kernel/generate/randomConnections.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { asSent } from './oneLeg.ts';

interface Tally {
  compared: number;
  readonly seen: Map<string, number>;
  readonly wrong: string[];
}

function compareCase(one: Pick<Case, 'rules' | 'host' | 'packets'>, tally: Tally): void {
  for (const [family, text] of [
    [4, one.rules.v4],
    [6, one.rules.v6],
  ] as const) {
    if (text === undefined) continue;
    const space = makeSpace(family, hostOf(one.host));
    const ruleset = rulesetOf(text, { family, sets: space.host.sets });
    const known = new Map<string | undefined, Pick<Question, 'ends' | 'asides'>>();
    const endsOn = (iif: string | undefined): Pick<Question, 'ends' | 'asides'> => {
      const found = known.get(iif) ?? proveOn({ space, ruleset, iif });
      known.set(iif, found);
      return found;
    };
    for (const packet of one.packets.filter((each) => each.family === family)) {
      if (packet.oif !== undefined || packet.src === 0 || packet.src === 0n) continue;
      const opening = asFirst(packet);
      compare({ space, ruleset, packet: opening, ...endsOn(opening.dir === 'in' ? opening.iif : undefined) }, tally);
    }
  }
}

function proveOn(question: ConnectionQuestion): Pick<Question, 'ends' | 'asides'> {
  const ends = connectionEnds(question, question.iif === undefined ? traverseOut(question) : traverseIn(question, question.iif));
  return { ends, asides: asideEnds(question, ends) };
}

/** With the flags that open a connection. */
function asFirst(packet: Packet): Packet {
  // a set of packets does not say who chose their source: their sockets may be bound to it
  const { ctstate: _, ctdir: __, connmark: ___, srcChosen: ____, ...headers } = packet;
  return { ...headers, ...(packet.proto === PROTO.tcp && packet.fragOffset === 0 && { flags: TCP_FLAGS.S }) };
}

interface Question {
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly ends: readonly ConnectionEnd[];
  /** of errors about them and of closing */
  readonly asides: readonly ConnectionEnd[];
}

function compare({ space, ruleset, packet, ends, asides }: Question, tally: Tally): void {
  const { host } = space;
  const budget = new Budget();
  const walks = asSent(host, packet).flatMap((one) => simulate({ ruleset, packet: one, host }, { budget }).walks);
  const upTo = (how: 'data' | 'whole') => walks.flatMap((first) => converse({ ruleset, host, first, budget, upTo: how }));
  const whole = upTo('whole');
  // packets by its side multiply the ways
  const isCut = whole.some(({ cut }) => cut === true);
  const conversations = isCut ? upTo('data') : whole;
  const assignment = assignmentOf(space, packet);
  const proved = (isCut ? ends : [...ends, ...asides]).flatMap(({ set, end, part, last: { fate, decided } }) => {
    if (!setContains(space, set, assignment)) return [];
    const by = fate.kind === 'dropped' || fate.kind === 'rejected' ? `${decided?.chain ?? 'policy'} ${decided?.number ?? ''}` : '';
    return [`${end} ${part} ${end === 'undecided' ? '' : `${fateWords(fate)} ${by}`}`];
  });
  const [simulated, symbolic] = [unique(conversations.flatMap(saidOf)), unique(proved)];
  tally.compared++;
  for (const one of simulated) {
    const [end = '', part = ''] = one.split(' ');
    tally.seen.set(`${end} ${part}`, (tally.seen.get(`${end} ${part}`) ?? 0) + 1);
  }
  if (simulated.join() !== symbolic.join()) {
    const what = `${packetText(packet)} ${JSON.stringify({ ...packet, src: String(packet.src), dst: String(packet.dst) })} with rules of line ${ruleset.source.text}`;
    tally.wrong.push(`${what}\nsimulator: ${simulated.join(' | ')}\nsymbolic:  ${symbolic.join(' | ')}`);
  }
}

/** Where it ends, or with which packet it is complete; and what becomes of each packet by its side. */
function saidOf({ parts, end }: Conversation): readonly string[] {
  const [first] = parts;
  if (first === undefined) return [];
  // what nobody takes opens no connection; whether its sender is told so is not compared
  if (['rst', 'error'].includes(parts.at(-1)?.name ?? '')) return [partWords('one-way', first)];
  const beside = parts.filter(({ name }) => BESIDE.includes(name));
  const main = parts.filter(({ name }) => !BESIDE.includes(name));
  // of a connection that is known by half it is compared whether it opens
  const isKnown = end !== 'completes' || isKnownBothWays(parts);
  const last = isKnown ? main.at(-1) : main.findLast(({ name }) => OPENING_PARTS.includes(name));
  const besides = isKnown ? beside.map((part) => partWords(part.arrives ? 'completes' : lostWord(part), part)) : [];
  return [last === undefined ? '' : partWords(end, last), ...besides];
}

const BESIDE: readonly PartName[] = [...ERRORS_ABOUT, ...CLOSING].map(({ name }) => name);

function lostWord({ walk }: ConversationPart): 'undecided' | 'stalls' {
  return walk.fate.kind === 'undecided' ? 'undecided' : 'stalls';
}

function partWords(end: string, { name, walk }: ConversationPart): string {
  return `${end} ${name} ${end === 'undecided' ? '' : `${fateWords(walk.fate)} ${byWords(walk.fate)}`}`;
}

function fateWords(fate: Fate | ClassFate): string {
  switch (fate.kind) {
    case 'lost':
      return `lost ${fate.reason}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} ${fate.oif}`;
    default:
      return fate.kind;
  }
}

function byWords(fate: Fate): string {
  return fate.kind === 'dropped' || fate.kind === 'rejected' ? `${fate.by?.chain ?? 'policy'} ${fate.by?.number ?? ''}` : '';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words.map((one) => one.trim()))].sort();
}

describe('the simulator and the symbolic engine agree about connections', () => {
  const SEED = Number(process.env.CHAINWALK_SEED ?? 4);
  const CONNECTIONS = Number(process.env.CHAINWALK_CONNECTIONS ?? FULL_RUN);

  it(`of ${CONNECTIONS} first packets, of random rules and fixtures with edits that only later packets meet`, { timeout: 900_000 }, () => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    for (const one of connectionCases(SEED, EACH)) {
      if (tally.compared >= CONNECTIONS) break;
      compareCase({ ...one, packets: one.openings }, tally);
    }
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.compared).toBeGreaterThanOrEqual(CONNECTIONS);
    // fewer are of too few rulesets
    if (CONNECTIONS < FULL_RUN) return;
    for (const kind of KINDS) expect(tally.seen.get(kind) ?? 0, kind).toBeGreaterThan(CONNECTIONS / 500);
    // of the packets by the side, which do not end a connection, few are lost
    for (const kind of KINDS_BESIDE) expect(tally.seen.get(kind) ?? 0, kind).toBeGreaterThan(CONNECTIONS / 2000);
  });

  it('of random packets and random rules', { timeout: 600_000 }, () => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    for (const one of randomCases(1000, SEED)) compareCase(one, tally);
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(500);
  });
});

describe('they agree about sockets that have heard from the other side', () => {
  const host = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
    ip_rules: ['fwmark 9 prohibit pref 100'],
    listeners: [{ proto: 'tcp', port: 80, process: 'app' }],
    processes: { app: { uid: 1000, gid: 1000 } },
  };
  // nobody is behind an interface to whom a marked packet would come from there
  const CHECKED = { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.src_valid_mark': '1' };
  const marked = (rule: string): string =>
    `*mangle\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A OUTPUT -m conntrack --ctstate ESTABLISHED -j CONNMARK --set-mark 7\n-A PREROUTING ${rule} -j MARK --set-mark 9\nCOMMIT\n`;
  const ends = (rule: string, opening: string, sysctls: Readonly<Record<string, string>> = {}): readonly string[] => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    const described = { ...host, sysctls: { ...CHECKED, ...sysctls } };
    const packet = packetOf(opening, hostOf(described));
    compareCase(
      { rules: { [`v${packet.family}`]: marked(rule) }, host: described, packets: [packet] } as Parameters<typeof compareCase>[0],
      tally,
    );
    expect(tally.wrong).toEqual([]);
    const besides = [...ERRORS_ABOUT, ...CLOSING].map(({ name }) => name);
    return [...tally.seen.keys()].filter((key) => besides.every((name) => !key.endsWith(` ${name}`))).sort();
  };
  const PUSH = '-p tcp --tcp-flags PSH PSH';
  // once the client has sent again
  const LATER = '-m connmark --mark 7';

  it('data is not routed again', () => {
    expect(ends(PUSH, 'in tcp 10.0.0.9 -> 10.244.0.5:80')).toEqual(['completes data-back']);
  });

  it('but the ACK is, and data where the kernel is told to route it', () => {
    const opening = 'in tcp 10.0.0.9 -> 10.244.0.5:80';
    expect(ends('-p tcp --tcp-flags SYN,ACK,PSH ACK', opening)).toEqual(['stalls ack']);
    expect(ends(PUSH, opening, { 'net.ipv4.tcp_early_demux': '0' })).toEqual(['stalls data']);
  });

  it('nor is data of a TCP server to its client', () => {
    expect(ends(PUSH, 'out tcp -> 203.0.113.9:80 uid=1000')).toEqual(['stalls data-back']);
  });

  it('an answer of UDP is routed, what the server sends later is not', () => {
    expect(ends('-p udp -m conntrack --ctstate ESTABLISHED', 'out udp -> 203.0.113.9:53 uid=1000')).toEqual(['stalls answer']);
    const opening = 'out udp -> 203.0.113.9:53 uid=1000';
    expect(ends(LATER, opening)).toEqual(['completes data-back']);
    expect(ends(LATER, opening, { 'net.ipv4.ip_early_demux': '0' })).toEqual(['stalls data-back']);
  });
});

describe('they agree about answers that a zone for answers keeps from their connection', () => {
  const host = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
  };
  const RAW = '*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A OUTPUT -j CT --zone-reply 3\nCOMMIT\n';
  const SAME_ZONE = '*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A OUTPUT -j CT --zone-orig 3\nCOMMIT\n';
  const nat = (...rules: readonly string[]): string =>
    `*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
  const ends = (text: string, opening: string): readonly string[] => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    const packet = packetOf(opening, hostOf(host));
    compareCase({ rules: { [`v${packet.family}`]: text }, host, packets: [packet] } as Parameters<typeof compareCase>[0], tally);
    expect(tally.wrong).toEqual([]);
    return [...tally.seen.keys()].sort();
  };

  it.each(['out udp 10.244.0.5:42184 -> 10.0.0.9:53', 'out udp [fd00:10:244::5]:42184 -> [2001:db8::9]:53'])('%s', (opening) => {
    // their own answers would be the question again
    expect(ends(RAW, opening)).toEqual(['stalls answer']);
    expect(ends(RAW + nat(), opening)).toEqual(['stalls answer']);
    expect(ends(RAW + nat('-A INPUT -p udp -j ACCEPT'), opening)).toEqual(['stalls answer']);
    expect(ends(SAME_ZONE, opening)).not.toContain('stalls answer');
    ends(RAW + nat('-A POSTROUTING -p udp -j MASQUERADE --to-ports 2000'), opening);
    ends(RAW + nat('-A PREROUTING -p udp -j REDIRECT --to-ports 2000'), opening);
    ends(RAW + nat('-A INPUT -p udp -j SNAT --to-source :2000'), opening);
  });
});

describe('they agree about answers of neighbours whose Ethernet address nobody has said', () => {
  const text = '*filter\n:INPUT ACCEPT\n-A INPUT -i eth0 -m mac ! --mac-source 02:00:00:00:00:01 -j DROP\nCOMMIT\n';
  const description = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24'] }],
    routes: ['default via 10.244.0.1 dev eth0'],
  };

  it('a rule for it may match them or not: what becomes of the connection is undecided', () => {
    const host = hostOf(description);
    const packet = packetOf('out udp -> 203.0.113.9:53 uid=1000', host);
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    compareCase({ rules: { v4: text }, host: description, packets: [packet] } as Parameters<typeof compareCase>[0], tally);
    expect(tally.wrong).toEqual([]);
    expect([...tally.seen.keys()]).toEqual(expect.arrayContaining(['completes data-back', 'stalls answer']));
    const ruleset = rulesetOf(text, { family: 4 });
    expect(walkJourney(ruleset, packet, { host, connection: 'data' }).outcome).toBe('undecided');
    const space = makeSpace(4, host);
    const ends = connectionEnds({ space, ruleset, iif: undefined }, traverseOut({ space, ruleset }));
    const met = ends.filter(({ set }) => setContains(space, set, assignmentOf(space, packet)));
    expect(new Set(met.map(({ end, doubts }) => `${end} ${doubts.map(({ why }) => why)[0]}`))).toEqual(
      new Set(['completes unmodelled', 'stalls unmodelled']),
    );
  });
});

it('they agree that conntrack is assured of UDPLite by the third packet', () => {
  const text = '*mangle\n:INPUT ACCEPT\n-A INPUT -m conntrack --ctstatus ASSURED -j DROP\nCOMMIT\n';
  const host = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24'] }],
    routes: ['default via 10.244.0.1 dev eth0'],
  };
  const seen = ['udplite', 'udp', 'tcp'].map((proto) => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    const packets = [packetOf(`out ${proto} -> 203.0.113.9:443 uid=1000`, hostOf(host))];
    compareCase({ rules: { v4: text }, host, packets } as Parameters<typeof compareCase>[0], tally);
    expect(tally.wrong).toEqual([]);
    return [...tally.seen.keys()].filter((key) => key.endsWith('data-back')).join();
  });
  expect(seen).toEqual(['stalls data-back', 'completes data-back', 'stalls data-back']);
});

describe('they agree about packets that conntrack finds on lo, but not in OUTPUT', () => {
  const HOST = {
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1/8', '192.0.2.7/32'] },
      { name: 'eth0', addresses: ['10.244.0.5/24'] },
    ],
    routes: ['default via 10.244.0.1 dev eth0'],
    listeners: [{ proto: 'tcp', port: 15001, process: 'proxy' }],
    processes: { proxy: { uid: 1337, gid: 1337 } },
  };
  const endsOf = (raw: string, to: string, opening = 'out tcp -> 192.0.2.7:80 uid=1000', sysctls = {}): readonly string[] => {
    const text = `*raw\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp ${raw} -j CT --zone-orig 3\nCOMMIT\n*nat\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp --dport 80 -j ${to}\nCOMMIT\n`;
    const description = { ...HOST, sysctls };
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    const packets = [packetOf(opening, hostOf(description))];
    compareCase({ rules: { v4: text }, host: description, packets } as Parameters<typeof compareCase>[0], tally);
    expect(tally.wrong).toEqual([]);
    return [...tally.seen.keys()].sort();
  };
  /** conntrack takes data whose connection it does not find for INVALID, and sockets do not keep their routes */
  const LOST = { 'net.netfilter.nf_conntrack_tcp_loose': '0', 'net.ipv4.tcp_early_demux': '0' };
  const FIN = '--tcp-flags FIN FIN';
  const PUSH = '--tcp-flags PSH PSH';

  it('with another destination they are routed again, where lo does not take the addresses of this host', () => {
    expect(endsOf(FIN, 'REDIRECT --to-ports 15001', undefined, LOST)).toContain('stalls fin');
    expect(endsOf(PUSH, 'REDIRECT --to-ports 15001', undefined, LOST)).toEqual(['stalls data']);
    expect(endsOf(PUSH, 'DNAT --to 10.244.0.5:15001', undefined, LOST)).toEqual(['stalls data']);
  });

  it('unless their socket keeps its route, lo is told to take them, or they keep their address', () => {
    const told = { 'net.ipv4.conf.lo.accept_local': '1', 'net.ipv4.conf.lo.route_localnet': '1' };
    expect(endsOf(PUSH, 'REDIRECT --to-ports 15001', undefined, { ...LOST, 'net.ipv4.tcp_early_demux': '1' })).toContain(
      'completes data-back',
    );
    expect(endsOf(PUSH, 'REDIRECT --to-ports 15001', undefined, { ...LOST, ...told })).toContain('completes data-back');
    expect(endsOf(PUSH, 'REDIRECT --to-ports 15001', 'out tcp -> 127.0.0.1:80 uid=1000', LOST)).toContain('completes data-back');
  });
});

describe('they agree about packets of one connection that conntrack has twice', () => {
  const HOST = {
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
    listeners: [{ proto: 'tcp', port: 80, process: 'app' }],
    processes: { app: { uid: 1000, gid: 1000 } },
  };
  const endsOf = (raw: string, chain: 'INPUT' | 'OUTPUT', opening: string): readonly string[] => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    const packet = packetOf(opening, hostOf(HOST));
    const text = `*raw\n:PREROUTING ACCEPT\n${raw === '' ? '' : `-A PREROUTING -p tcp ${raw}\n`}COMMIT\n*filter\n:${chain} ACCEPT\n-A ${chain} -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n`;
    compareCase({ rules: { [`v${packet.family}`]: text }, host: HOST, packets: [packet] } as Parameters<typeof compareCase>[0], tally);
    expect(tally.wrong).toEqual([]);
    return [...tally.seen.keys()].filter((key) => key.includes('fin')).sort();
  };

  describe.each(['in tcp 203.0.113.9 -> 10.244.0.5:80', 'in tcp 2001:db8:9::9 -> [fd00:10:244::5]:80'])('%s', (opening) => {
    it('a FIN is found where an ACK has opened another connection', () => {
      expect(endsOf('', 'INPUT', opening)).toEqual(['completes fin', 'completes fin-back']);
      expect(endsOf('--tcp-flags SYN,ACK ACK -j CT --zone 3', 'INPUT', opening)).toContain('completes fin');
      // alone it opens none
      expect(endsOf('--tcp-flags FIN FIN -j CT --zone 3', 'INPUT', opening)).toContain('stalls fin');
    });

    it('chance for every packet takes them apart by what conntrack knows alone', () => {
      const { family } = packetOf(opening, hostOf(HOST));
      const text =
        '*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -p tcp --tcp-option 3 -j CT --zone 3\n-A OUTPUT -p tcp --tcp-option 3 -j CT --zone 3\nCOMMIT\n';
      const { ends, asides } = proveOn({ space: makeSpace(family, hostOf(HOST)), ruleset: rulesetOf(text, { family }), iif: 'eth0' });
      expect(ends.filter(({ end, part }) => end === 'completes' && part === 'data-back').length).toBeGreaterThan(0);
      expect(asides.length).toBeLessThan(800);
    });

    it('what acknowledges a FIN that went past conntrack is INVALID', () => {
      expect(endsOf('--tcp-flags FIN FIN -j CT --notrack', 'OUTPUT', opening)).toEqual(['completes fin', 'stalls fin-back']);
    });
  });
});

const KINDS = [
  'completes ack',
  'stalls syn-ack',
  'stalls ack',
  'stalls answer',
  'one-way first',
  'completes data-back',
  'stalls data',
  'stalls data-back',
];
const KINDS_BESIDE = [
  'completes too-big',
  'stalls too-big',
  'stalls port-unreachable-back',
  'stalls fin',
  'stalls fin-back',
  'stalls reset',
  'stalls reset-back',
];

const FULL_RUN = 50_000;

/** Connections on each ruleset. */
const EACH = 250;
