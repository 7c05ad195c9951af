/** `-C` and `-D` compare rules as the kernel has them, not as they are spelled. fact: asked of iptables 1.8.9, both backends */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/api/library/index.ts';
import { parse, print } from '../../src/api/library/index.ts';

const SAME = [
  ['-p tcp -m tcp --dport 80 -j ACCEPT', '-p tcp --dport 80 -j ACCEPT'],
  ['-d 10.0.0.1 -j ACCEPT', '-d 10.0.0.1/32 -j ACCEPT'],
  ['-d 10.0.0.9/24 -j ACCEPT', '-d 10.0.0.0/24 -j ACCEPT'],
  ['! -d 10.0.0.1 -j ACCEPT', '! --destination 10.0.0.1/255.255.255.255 -j ACCEPT'],
  ['-p tcp --dport 80 -j ACCEPT', '-p tcp --dport http -j ACCEPT'],
  ['-p 6 -j ACCEPT', '-p tcp -j ACCEPT'],
  ['-m mark --mark 1 -j ACCEPT', '-m mark --mark 0x1/0xffffffff -j ACCEPT'],
  ['-p tcp --dport 80:80 -j ACCEPT', '-p tcp --dport 80 -j ACCEPT'],
  ['-j ACCEPT -p tcp', '-p tcp -j ACCEPT'],
  ['-m comment --comment a -p tcp -j ACCEPT', '-p tcp -m comment --comment a -j ACCEPT'],
  ['-m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT', '-m conntrack --ctstate ESTABLISHED,NEW -j ACCEPT'],
  ['-s 0/0 -j ACCEPT', '-j ACCEPT'],
  ['-p all -j ACCEPT', '-j ACCEPT'],
  ['-j REJECT', '-j REJECT --reject-with icmp-port-unreachable'],
  ['-i eth+ -j ACCEPT', '--in-interface eth+ -j ACCEPT'],
  ['-p tcp --syn -j ACCEPT', '-p tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT'],
  ['-j Y', '--jump=Y'],
] as const;
const OTHER = [
  ['-p tcp -m tcp -j ACCEPT', '-p tcp -j ACCEPT'],
  ['-m mark --mark 1 -m owner --uid-owner 1 -j ACCEPT', '-m owner --uid-owner 1 -m mark --mark 1 -j ACCEPT'],
  ['-m comment --comment a -j ACCEPT', '-j ACCEPT'],
  ['-m state --state NEW -j ACCEPT', '-m conntrack --ctstate NEW -j ACCEPT'],
  ['-p tcp -m multiport --dports 80,81 -j ACCEPT', '-p tcp -m multiport --dports 81,80 -j ACCEPT'],
  ['-g Y', '-j Y'],
  ['-d 10.0.0.1 -j ACCEPT', '! -d 10.0.0.1 -j ACCEPT'],
] as const;

const script = (added: string, asked: string) =>
  parse(`iptables -N X\niptables -N Y\niptables -A X ${added}\niptables -C X ${asked} || iptables -A X -j DROP\niptables -D X ${asked}\n`);
const restore = (added: string, asked: string) => parse(`*filter\n-N X\n-N Y\n-A X ${added}\n-D X ${asked}\n-A INPUT -j X\nCOMMIT\n`);
const left = ({ rulesets: [ruleset] }: ReturnType<typeof parse>) =>
  ruleset === undefined ? [] : (print(ruleset).match(/^-A X .*$/gm) ?? []);
const failures = (found: readonly Diagnostic[]) =>
  found.map(({ message }) => message).filter((message) => message.includes('reads like this'));

describe('is the same rule', () => {
  it.each(SAME)('%s and %s', (one, other) => {
    for (const [added, asked] of [
      [one, other],
      [other, one],
    ] as const) {
      for (const parsed of [script(added, asked), restore(added, asked)]) {
        expect([left(parsed), failures(parsed.diagnostics)]).toEqual([[], []]);
      }
    }
  });
});

describe('is another rule', () => {
  it.each(OTHER)('%s and %s', (one, other) => {
    for (const [added, asked] of [
      [one, other],
      [other, one],
    ] as const) {
      const parsed = script(added, asked);
      expect([left(parsed).length, left(parsed).at(-1), failures(parsed.diagnostics).length]).toEqual([2, '-A X -j DROP', 1]);
      expect(failures(restore(added, asked).diagnostics)).toHaveLength(1);
    }
  });
});

const inputOf = (text: string) => {
  const {
    rulesets: [ruleset],
    diagnostics,
  } = parse(text);
  const rules = ruleset === undefined ? [] : (print(ruleset).match(/^-A INPUT .*$/gm) ?? []);
  return [rules.map((rule) => rule.replace('-A INPUT ', '').replace(' -j DROP', '')), diagnostics.map(({ message }) => message)];
};

it('of IPv6', () => {
  expect(
    inputOf('ip6tables -A INPUT -s fd00::1 -j DROP\nip6tables -D INPUT -s FD00:0::1/128 -j DROP\nip6tables -A INPUT -j DROP\n'),
  ).toEqual([['-j DROP'], []]);
});

// fact: asked of iptables 1.8.9, both backends
describe('a rule for several addresses is as many rules', () => {
  const [ONE, TWO, THREE] = ['-s 10.0.0.1/32', '-s 10.0.0.2/32', '-s 10.0.0.3/32'];
  const both = '-A INPUT -s 10.0.0.1,10.0.0.2 -j DROP';

  it.each([
    ['each is deleted by itself', [both, '-D INPUT -s 10.0.0.1 -j DROP'], [TWO]],
    [
      'they are deleted together',
      ['-A INPUT -s 10.0.0.1 -j DROP', '-A INPUT -s 10.0.0.3 -j DROP', '-D INPUT -s 10.0.0.1,10.0.0.3 -j DROP', both],
      [ONE, TWO],
    ],
    ['each has its number', [both, '-D INPUT 1'], [TWO]],
    ['they are inserted one before the other', ['-A INPUT -s 10.0.0.3 -j DROP', both.replace('-A', '-I')], [TWO, ONE, THREE]],
    [
      'by sources, then by destinations',
      ['-A INPUT -s 10.0.0.1,10.0.0.2 -d 10.1.0.1,10.1.0.2 -j DROP'],
      [1, 1, 2, 2].map((n, at) => `-s 10.0.0.${n}/32 -d 10.1.0.${(at % 2) + 1}/32`),
    ],
  ])('%s', (_, lines, left) => {
    expect(inputOf(lines.map((line) => `iptables ${line}\n`).join(''))).toEqual([left, []]);
    expect(inputOf(`*filter\n${lines.join('\n')}\nCOMMIT\n`)).toEqual([left, []]);
  });

  it('all are found, or none', () => {
    const check = (asked: string) =>
      inputOf(`iptables ${both}\niptables -C INPUT -s ${asked} -j DROP && iptables -F INPUT\niptables -A INPUT -j DROP\n`)[0]?.length;
    expect([check('10.0.0.2'), check('10.0.0.2,10.0.0.1'), check('10.0.0.2,10.0.0.3')]).toEqual([1, 1, 3]);
    const [rules, messages] = inputOf(`iptables ${both}\niptables -D INPUT -s 10.0.0.2,10.0.0.3 -j DROP\n`);
    expect([rules, messages]).toEqual([[ONE, TWO], [expect.stringContaining('reads like this')]]);
    expect(inputOf(`iptables ${both}\niptables -R INPUT 1 -s 10.0.0.2,10.0.0.3 -j DROP\n`)[1]).toEqual([
      expect.stringContaining('one rule cannot be replaced'),
    ]);
  });
});
