/** Neighbours in a header that nft 1.0.6 loads as one comparison: said where that means something else. */
import { expect, it } from 'vitest';
import { mentionsUnmodelled } from '../../src/netfilter/matchExpr.ts';
import { everyRule } from '../../src/ruleset/everyRule.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

function saidOf(rule: string): readonly string[] {
  const text = `table inet t {\n\tchain c {\n\t\ttype filter hook prerouting priority 0; policy accept;\n\t\t${rule}\n\t}\n}\n`;
  return readRules({ file: 'text', text }).diagnostics.map(
    ({ kind, help, span }) => `${kind} ${text.slice(span?.start, span?.end)}: ${help}`,
  );
}

it.each([
  ['tcp dport != 5 tcp sport != 6', 'tcp sport != 6-6', 'tcp dport != 5 tcp sport != 6-6'],
  ['tcp dport != 5 tcp sport != { ssh }', 'tcp sport != 22-22', 'tcp dport != 5 tcp sport != 22-22'],
  ['th dport != 5 th sport != 6', 'th sport != 6-6', 'th dport != 5 th sport != 6-6'],
  ['@th,0,16 != 5 @th,16,16 != 6', 'th dport != 6-6', '@th,0,16 != 5 th dport != 6-6'],
  ['ip ttl != 5 ip protocol != tcp', 'ip protocol != 6-6', 'ip ttl != 5 ip protocol != 6-6'],
  ['icmp type != echo-request icmp code != 1', 'icmp code != 1-1', 'icmp type != echo-request icmp code != 1-1'],
  ['tcp flags syn tcp window 5', 'tcp flags & syn != 0', 'tcp flags & syn != 0 tcp window 5'],
  ['tcp window 5 tcp flags syn', 'tcp flags & syn != 0', 'tcp window 5 tcp flags & syn != 0'],
])('%s: write %s', (rule, instead, apart) => {
  expect(saidOf(rule)).toEqual([`warning ${rule}: write \`${instead}\`, which nft does not join`]);
  expect(saidOf(apart)).toEqual([]);
});

it.each([
  'tcp sport 6 meta mark set 5 tcp dport 5',
  // the type of the frame, which IPv4 asks for
  'ether saddr 01:02:03:04:05:06 meta mark set 5 ip saddr 10.0.0.1',
  'ether saddr 01:02:03:04:05:06 meta mark set 5 ip saddr vmap { 10.0.0.1 : drop }',
])('what is done between them is done for all or none: %s', (rule) => {
  expect(saidOf(rule)).toEqual([`warning ${rule}: write all matches before what is done`]);
});

it.each([
  'tcp dport 5 tcp sport 6',
  'tcp sport 6 counter tcp dport 5',
  'tcp dport != 5 tcp sport 6',
  'tcp dport != 5 tcp sport != 6-9',
  'tcp dport >= 5 tcp sport <= 9',
  'tcp dport != { 5, 7 } tcp sport != 6',
  'ip saddr != 10.0.0.1 ip daddr != 10.0.0.2',
  'tcp flags == syn tcp window 5',
  'tcp flags syn tcp window != 5',
  'tcp flags syn tcp dport 5',
  'ether saddr 01:02:03:04:05:06 meta mark set 5 tcp dport 5',
])('nothing is said of %s', (rule) => {
  expect(saidOf(rule)).toEqual([]);
});

it('iptables-nft joins none', () => {
  const open = (table: string, chain: string): boolean => {
    const text = `table ip ${table} {\n\tchain ${chain} {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp sport != 6 tcp dport != 5 counter drop\n\t}\n}\n`;
    const rules = readRules({ file: 'text', text }).rulesets.flatMap(everyRule);
    expect(rules).toHaveLength(1);
    return rules.some(({ match }) => mentionsUnmodelled(match));
  };
  expect(open('t', 'c')).toBe(true);
  expect(open('filter', 'INPUT')).toBe(false);
});
