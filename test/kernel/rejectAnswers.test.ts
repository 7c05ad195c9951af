/** Which packets REJECT answers, and which it drops without a word: the simulator's word for it, and what the kernel sends. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn } from '../../src/symbolic/walk/traverse.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { USUAL } from './cases/kernelCase.ts';
import { kernelHere } from './kernelHere.ts';
import { rulesetOfAll } from './nft/examineNft.ts';
import { openOracle } from './oracle.ts';
import { questionOf } from './question.ts';

const HOST = hostOf(USUAL);
const rulesOf = (rule: string) => `*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A INPUT ${rule}\nCOMMIT\n`;

interface Case {
  readonly family: 4 | 6;
  readonly rule: string;
  readonly answered: readonly string[];
  readonly dropped: readonly string[];
}

const FROM = 'in udp 10.244.0.9 ->';
const ICMP = 'in icmp 10.244.0.9 -> 10.244.0.5 icmp=';
const TCP = 'in tcp 10.244.0.9 -> 10.244.0.5:80 flags=';
const ICMP6 = 'in icmpv6 fd00:10:244::9 -> fd00:10:244::5 icmp=';
const TCP6 = 'in tcp [fd00:10:244::9]:4000 -> [fd00:10:244::5]:80 flags=';

const CASES: readonly Case[] = [
  {
    family: 4,
    rule: '-p tcp -j REJECT --reject-with tcp-reset',
    // the oracle knows an answer by what it acknowledges: the reset of a packet with ACK has nothing of it
    answered: ['S', 'F'].map((flags) => TCP + flags),
    dropped: ['R'].map((flags) => TCP + flags),
  },
  {
    family: 4,
    rule: '-j REJECT',
    answered: [`${TCP}R`, `${FROM} 10.244.0.5:53`, ...[0, 8, 13].map((type) => ICMP + type)],
    dropped: [
      ...[3, 5, 11, 12, 42].map((type) => ICMP + type),
      ...['10.244.0.255', '255.255.255.255', '224.0.0.1'].map((dst) => `${FROM} ${dst}:53`),
    ],
  },
  {
    family: 6,
    rule: '-j REJECT',
    answered: [`${TCP6}R`, ...[128, 129, 130, 135].map((type) => ICMP6 + type)],
    dropped: [
      ...[1, 3, 4, 127].map((type) => ICMP6 + type),
      'in udp [fd00:10:244::9]:4 -> [ff02::1]:80',
      'in udp [::]:4 -> [fd00:10:244::5]:80',
    ],
  },
  {
    family: 6,
    rule: '-p tcp -j REJECT --reject-with tcp-reset',
    answered: ['S', 'F'].map((flags) => TCP6 + flags),
    dropped: ['R'].map((flags) => TCP6 + flags),
  },
];

describe.each(CASES)('IPv$family $rule', ({ family, rule, answered, dropped }) => {
  test('the simulator', () => {
    const ruleset = rulesetOf(rulesOf(rule), { family });
    const fate = (text: string) =>
      simulate({ ruleset, packet: packetOf(text, HOST), host: HOST }).walks.map((walk) => `${text}: ${walk.fate.kind}`);
    expect(answered.flatMap(fate)).toEqual(answered.map((text) => `${text}: rejected`));
    expect(dropped.flatMap(fate)).toEqual(dropped.map((text) => `${text}: dropped`));
  });

  test.runIf(kernelHere())('the kernel', async () => {
    const oracle = openOracle('legacy');
    try {
      const rules = { [family === 4 ? 'v4' : 'v6']: rulesOf(rule) };
      const packets = [...answered, ...dropped].map((text) => packetOf(text, HOST));
      const answers = await oracle.ask({ ...questionOf(USUAL, rules, packets), kernel_replies: true });
      const said = answers.map(({ generated = [] }, index) => `${[...answered, ...dropped][index]}: ${generated.length}`);
      expect(said).toEqual([...answered.map((text) => `${text}: 1`), ...dropped.map((text) => `${text}: 0`)]);
    } finally {
      await oracle.close();
    }
  });
});

/** Rules of nft, and of raw beside them; what refuses is `RESET`, to port 81, or an error. */
interface AnswerCase {
  readonly name: string;
  readonly raw?: string;
  readonly refused?: string;
  readonly early?: string;
  readonly late?: string;
  /** packets whose answer is dropped */
  readonly drops: readonly string[];
}

const FIN = 'in tcp 10.244.0.9 -> 10.244.0.5:80 flags=F';
const RESET = 'in tcp 10.244.0.9 -> 10.244.0.5:81 flags=F';
const UDP = 'in udp 10.244.0.9 -> 10.244.0.5:53';
const ZONE = 'ct zone set 1';
const NOTRACK = '-A PREROUTING -j CT --notrack';
const READS_ZEROS = '-A OUTPUT -m conntrack --ctproto 0 -j DROP';

const ANSWER_CASES: readonly AnswerCase[] = [
  { name: 'has its template, as one related to it', refused: ZONE, early: 'ct state related drop', drops: [FIN, RESET, UDP] },
  { name: 'without one only that of a connection is related', early: 'ct state related drop', drops: [UDP] },
  {
    name: 'goes the other way',
    refused: ZONE,
    raw: '-A OUTPUT -m conntrack --ctdir REPLY --ctproto 0 -j DROP',
    drops: [FIN, RESET],
  },
  { name: 'may get a zone where there was no connection', early: ZONE, raw: READS_ZEROS, drops: [FIN, RESET] },
  { name: 'may get one of CT there', raw: `-A OUTPUT -j CT --zone 1\n${READS_ZEROS}`, drops: [FIN, RESET] },
  { name: 'has a template of its own behind the lookup', refused: ZONE, late: `${ZONE} ct state new drop`, drops: [FIN, RESET] },
  { name: 'is invalid where the packet is not tracked', raw: NOTRACK, early: 'ct state invalid drop', drops: [FIN, RESET, UDP] },
  { name: 'may get a zone there too', raw: NOTRACK, early: `${ZONE} ct state new drop`, drops: [FIN, RESET, UDP] },
  { name: 'gets none of CT there', raw: `${NOTRACK}\n-A OUTPUT -j CT --zone 1\n${READS_ZEROS}`, drops: [] },
  { name: 'nft takes it out of tracking there', raw: NOTRACK, early: 'notrack ct state untracked drop', drops: [FIN, RESET, UDP] },
];

function rulesOfAnswers({ raw = '', refused = '', early = '', late = '' }: AnswerCase): { readonly v4: string; readonly nft: string } {
  const refuse = 'tcp dport 80 reject\nudp dport 53 reject\ntcp dport 81 reject with tcp reset';
  const chains = [['input 0', `${refused}\n${refuse}`] as const, ['output -310', early] as const, ['output -150', late] as const];
  const nft = chains.map(([at, rules], place) => `chain c${place} {\ntype filter hook ${at.replace(' ', ' priority ')};\n${rules}\n}\n`);
  return { v4: `*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n${raw}\nCOMMIT\n`, nft: `table inet t {\n${nft.join('')}}\n` };
}

describe.each(ANSWER_CASES)('the answer $name', (one) => {
  const packets = [FIN, RESET, UDP].map((text) => packetOf(text, HOST));
  const wanted = [FIN, RESET, UDP].map((text) => (one.drops.includes(text) ? 'dropped' : 'rejected'));
  const rules = rulesOfAnswers(one);

  test('the engines', () => {
    const ruleset = rulesetOfAll(rules, 4, USUAL);
    const space = makeSpace(4, HOST);
    const classes = traverseIn({ space, ruleset }, 'eth0');
    const simulated = packets.map((packet) => simulate({ ruleset, packet, host: HOST }).walks.map(({ fate }) => fate.kind));
    expect(simulated).toEqual(wanted.map((end) => [end]));
    const symbolic = packets.map((packet) => classes.filter(({ set }) => setContains(space, set, assignmentOf(space, packet))));
    expect(symbolic.map((some) => some.map(({ fate }) => fate.kind))).toEqual(wanted.map((end) => [end]));
  });

  test.runIf(kernelHere())('the kernel', async () => {
    const oracle = openOracle('legacy');
    try {
      // so many errors are more than it sends to one host in a second
      const host = { ...USUAL, sysctls: { 'net.ipv4.icmp_ratelimit': '0' } };
      const answers = await oracle.ask({ ...questionOf(host, rules, packets), kernel_replies: true });
      const said = answers.map(({ generated = [] }) =>
        generated.map(({ trace }) => (trace.at(-1)?.verdict === 'DROP' ? 'dropped' : 'rejected')),
      );
      expect(said).toEqual(wanted.map((end) => [end]));
    } finally {
      await oracle.close();
    }
  });
});
