import { describe, expect, it, test } from 'vitest';
import { summary } from './summary.ts';

/** A shell variable in braces. */
const braced = (inside: string): string => `$\{${inside}}`;

describe('shell lines', () => {
  it.each<[string, string, string[]]>([
    ['the table is filter without -t', 'iptables -A INPUT -j A', ['4 filter INPUT: -j A']],
    [
      '-t stands anywhere',
      'iptables -A INPUT -t mangle -j A\niptables -tnat -A OUTPUT -j B\niptables --table=raw -A OUTPUT -j C',
      ['4 mangle INPUT: -j A', '4 nat OUTPUT: -j B', '4 raw OUTPUT: -j C'],
    ],
    [
      'sudo, paths and backends',
      'sudo iptables -A INPUT -j A\n/sbin/iptables -A INPUT -j B\niptables-nft -A INPUT -j C\nsudo -n /usr/sbin/iptables-nft -A INPUT -j D',
      ['A', 'B', 'C', 'D'].map((x) => `4 filter INPUT: -j ${x}`),
    ],
    ['ip6tables', 'ip6tables -A INPUT -j A', ['6 filter INPUT: -j A']],
    ['a prompt', '$ iptables -A INPUT -j A', ['4 filter INPUT: -j A']],
    [
      '-w with and without seconds',
      'iptables -w -A INPUT -j A\niptables -w 5 -A INPUT -j B\niptables --wait -A INPUT -j C',
      ['A', 'B', 'C'].map((x) => `4 filter INPUT: -j ${x}`),
    ],
    ['a backslash joins lines', 'iptables -A INPUT \\\n  -p tcp \\\r\n  -j A', ['4 filter INPUT: -p tcp -j A']],
    [
      'comments',
      '# all of it\niptables -A INPUT -j A # web\niptables -A INPUT -m comment --comment a#b',
      ['4 filter INPUT: -j A', '4 filter INPUT: -m comment --comment a#b'],
    ],
    [
      'several commands a line',
      'iptables -A INPUT -j A; iptables -A INPUT -j B && iptables -A INPUT -j C',
      ['A', 'B', 'C'].map((x) => `4 filter INPUT: -j ${x}`),
    ],
    [
      'quotes',
      `iptables -A INPUT --comment 'a "b' --x "c 'd \\" \\\\ \\n" --y e\\ f`,
      [`4 filter INPUT: --comment [a "b] --x [c 'd " \\ \\n] --y [e f]`],
    ],
    [
      'an escaped or quoted negation is a negation',
      'iptables -A INPUT \\! -s 1.1.1.1 "!" -d 1.1.1.2 -j A',
      ['4 filter INPUT: ! -s 1.1.1.1 ! -d 1.1.1.2 -j A'],
    ],
    ['redirections', 'iptables -A INPUT -j A >/dev/null 2>&1', ['4 filter INPUT: -j A']],
    [
      '-C || -A adds what is missing',
      'iptables -C INPUT -j A || iptables -A INPUT -j A\niptables -C INPUT -j A || iptables -A INPUT -j A',
      ['4 filter INPUT: -j A'],
    ],
    ['-nvL changes nothing', 'iptables -t nat -nvL --line-numbers\niptables -nL INPUT\niptables -A INPUT -j A', ['4 filter INPUT: -j A']],
    ['saving changes nothing', 'iptables-save > /tmp/x\niptables -A INPUT -j A', ['4 filter INPUT: -j A']],
    [
      'assignments give variables their values',
      `IP=10.0.0.1\nexport PORT="80"\niptables -A INPUT -s $IP/32 --dport "${braced('PORT')}" -j A`,
      ['4 filter INPUT: -s 10.0.0.1/32 --dport 80 -j A'],
    ],
    [
      '-D by rule and by number, -I with a number',
      'iptables -A INPUT -j A\niptables -I INPUT 2 -j B\niptables -D INPUT -j A\niptables -I INPUT -j C\niptables -D INPUT 2',
      ['4 filter INPUT: -j C'],
    ],
  ])('%s', (_, text, rules) => {
    expect(summary(text).rules).toEqual(rules);
    expect(summary(text).said).toEqual([]);
  });

  test('a variable without a value is named, and can be given', () => {
    const text = 'iptables -A INPUT -d $POD_IP/32 -j A\niptables -A INPUT -j B';
    expect(summary(text).said).toEqual(['malformed 1:22 variable `$POD_IP` has no value here']);
    expect(summary(text).rules).toEqual(['4 filter INPUT: -j B']);
    const given = summary(text, { variables: new Map([['POD_IP', '10.244.0.5']]) });
    expect(given).toMatchObject({ said: [], rules: ['4 filter INPUT: -d 10.244.0.5/32 -j A', '4 filter INPUT: -j B'] });
  });

  test('a chain that is used before it is made is made with a warning', () => {
    const text = 'iptables -t nat -A WEB -j A\niptables -t nat -A WEB -j B\niptables -t nat -N WEB';
    expect(summary(text).said).toEqual(['warning 1:20 chain `WEB` is used before it is made; made here']);
    expect(summary(text).chains).toEqual(['4 nat WEB -']);
  });

  it.each<[string, string, string[]]>([
    ['command substitution', 'iptables -A INPUT -s $(hostname -i) -j A', ['malformed 1:22 cannot evaluate `$(hostname -i)`']],
    ['a quote that is never closed', `iptables -A INPUT --comment 'open`, ['malformed 1:29 this quote is never closed']],
    ['an unknown table', 'iptables -t foo -A INPUT -j A', ['malformed 1:13 unknown table `foo`']],
    ['an unknown command', 'iptables -Q INPUT', ['malformed 1:10 unknown command `-Q`']],
    ['no command', 'iptables -t nat', ['malformed 1:1 no command in this line']],
    ['the other family', 'iptables -6 -A INPUT -j A', ['malformed 1:1 `iptables` does not take `-6`']],
    [
      'a command that fails: the script goes on',
      'iptables -D INPUT -j A\niptables -A INPUT -j B',
      ['warning 1:19 this command fails: no rule of chain `INPUT` reads like this'],
    ],
    [
      'another program',
      'modprobe nf_conntrack\niptables -A INPUT -j B',
      ['warning 1:1 `modprobe` is not a call of iptables and is not carried out'],
    ],
  ])('%s', (_, text, said) => expect(summary(text).said.filter((what) => !/no rule found/.test(what))).toEqual(said));
});

describe('Markdown', () => {
  test('code counts, prose does not', () => {
    const text = [
      "# It's a title",
      'Run `iptables -L`, which prints:',
      '```',
      'Chain INPUT (policy ACCEPT)',
      '```',
      '```yaml',
      'kind: Pod',
      '```',
      '1. first',
      '   ```sh',
      '   $ iptables -A INPUT -s $IP \\',
      '     -j A',
      '   ```',
      '',
      '    iptables -A INPUT -j B',
      '',
      '~~~',
      '*nat',
      '-A OUTPUT -j C',
      'COMMIT',
      '~~~',
    ].join('\n');
    const { rules, said } = summary(text, { variables: new Map([['IP', '1.1.1.1']]) });
    expect(rules).toEqual(['4 filter INPUT: -s 1.1.1.1 -j A', '4 filter INPUT: -j B', '4 nat OUTPUT: -j C']);
    expect(said).toEqual(['warning 4:1 what `iptables -L` prints here is passed over: the rules are those of the other parts of the text']);
  });

  test('a fence that is never closed still counts', () => {
    expect(summary('text\n```\niptables -A INPUT -j A').rules).toEqual(['4 filter INPUT: -j A']);
  });
});

describe('texts that are something else', () => {
  it.each<[string, string, RegExp]>([
    ['HTML', '\n<!DOCTYPE html>\n<html>', /^malformed 1:1 this is an HTML page/],
    ['JSON', '{ "kind": "Pod" }', /^malformed 1:1 this is JSON/],
    ['a manifest', 'apiVersion: v1\nkind: Pod\n', /^malformed 1:1 this is a Kubernetes manifest/],
    ['binary', '*nat\n\0', /^malformed 2:1 this is a binary file/],
    ['prose', "this isn't it\n", /^malformed 1:1 no rule found in this text/],
  ])('%s', (_, text, message) => {
    const { rulesets, said } = summary(text);
    expect(rulesets).toEqual([]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(message);
  });
});
