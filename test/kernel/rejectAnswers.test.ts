/** Which packets REJECT answers, and which it drops without a word: the simulator's word for it, and what the kernel sends. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { USUAL } from './cases/kernelCase.ts';
import { kernelHere } from './kernelHere.ts';
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
