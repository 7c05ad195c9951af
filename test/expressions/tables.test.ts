/** Tables that are not like others: those that iptables-nft has made, those of devices, dormant ones. */
import { expect, test } from 'vitest';
import { trace } from '../../src/api/library/index.ts';
import { NEVER } from '../../src/netfilter/matchExpr.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import { stagesAt } from '../../src/ruleset/stages.ts';

function rulesetsOf(text: string) {
  const { rulesets, diagnostics } = readRules({ file: 'listing', text });
  expect(diagnostics).toEqual([]);
  return rulesets;
}

function ruleOf(text: string, table: string, chain: string): Rule | undefined {
  return rulesetsOf(text)[0]?.tables.get(table)?.chains.get(chain)?.rules[0];
}

const OWNER = 'meta skuid != 1337 counter packets 0 bytes 0 accept';

test('a table that iptables-nft made keeps its name, and `!` of a missing socket is true there', () => {
  const rule = ruleOf(
    `table ip nat {\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t\t${OWNER}\n\t}\n}\n`,
    'nat',
    'OUTPUT',
  );
  expect(rule?.match).toEqual({ kind: 'not', of: { kind: 'in', field: 'uid', intervals: [{ lo: 1337, hi: 1337 }] } });
});

test('elsewhere a packet without a socket has no user: neither is nor is not', () => {
  const rule = ruleOf(
    `table ip t {\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t\t${OWNER}\n\t}\n}\n`,
    'ip t',
    'OUTPUT',
  );
  expect(rule?.match).toEqual({
    kind: 'and',
    of: [
      { kind: 'present', field: 'uid' },
      { kind: 'not', of: { kind: 'in', field: 'uid', intervals: [{ lo: 1337, hi: 1337 }] } },
    ],
  });
});

test('what nft does not show of a rule of iptables is not modelled, and says which program shows it', () => {
  const text =
    'table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n\t\txt match "string" drop\n\t}\n}\n';
  expect(ruleOf(text, 'filter', 'INPUT')?.match).toMatchObject({ kind: 'unmodelled', lacks: 'what `iptables-nft-save` prints' });
});

const INGRESS = (does: string): string =>
  `table netdev t {\n\tchain in {\n\t\ttype filter hook ingress device "eth0" priority filter; policy accept;\n\t\t${does}\n\t}\n}\n`;

const INET = 'table inet t {\n}\n';

test('a chain of a device that drops may do anything, before all others and in both families', () => {
  const rulesets = rulesetsOf(INGRESS('ip saddr 10.0.0.9 drop'));
  expect(rulesets.map(({ family }) => family)).toEqual([4, 6]);
  for (const ruleset of rulesets) {
    const [first] = stagesAt(ruleset, 'PREROUTING');
    expect(first?.kind === 'chain' && first.at.chain.rules[0]?.effects).toMatchObject([{ kind: 'unmodelled' }]);
  }
});

test('a chain of a device that counts only does not matter', () => {
  const rulesets = rulesetsOf(INGRESS('ip saddr 10.0.0.9 counter') + INET);
  expect(rulesets.map(({ tables }) => [...tables.keys()])).toEqual([['inet t'], ['inet t']]);
});

test('chains of a dormant table do not run', () => {
  const text = 'table inet t {\n\tflags dormant\n\n\tchain c {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n';
  for (const ruleset of rulesetsOf(text)) expect(stagesAt(ruleset, 'INPUT')).toEqual([]);
});

test('a table of inet is in the rulesets of both families, one of ip in its own', () => {
  const chain = '\tchain c {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n';
  const rulesets = rulesetsOf(`table inet a {\n${chain}}\ntable ip b {\n${chain}}\n`);
  expect(rulesets.map(({ family, tables }) => [family, [...tables.keys()]])).toEqual([
    [4, ['inet a', 'ip b']],
    [6, ['inet a']],
  ]);
});

const ARP = 'table arp f {\n\tchain i {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tarp operation request drop\n\t}\n}\n';

function saidOf(text: string, allowEmpty = false) {
  const { rulesets, diagnostics } = readRules({ file: 'listing', text }, { allowEmpty });
  return { families: rulesets.map(({ family }) => family), said: diagnostics.map(({ kind, code }) => `${kind} ${code}`) };
}

test('what a table of arp or bridge does is said, where it does something', () => {
  expect(saidOf(ARP + INET)).toEqual({ families: [4, 6], said: ['warning nft-apart'] });
  expect(saidOf(ARP.replaceAll('arp', 'bridge').replace('bridge operation request drop', 'counter') + INET).said).toEqual([]);
  expect(saidOf(ARP.replace('{', '{\n\tflags dormant') + INET).said).toEqual([]);
});

test('tables that no packet of IP walks are not an answer, unless no rules are meant', () => {
  expect(saidOf(ARP)).toEqual({ families: [], said: ['warning nft-apart', 'malformed no-rules'] });
  expect(saidOf('table netdev f {\n}\n')).toEqual({ families: [], said: ['malformed no-rules'] });
  expect(saidOf(ARP, true)).toEqual({ families: [4, 6], said: ['warning nft-apart'] });
  expect(saidOf('add table ip t\nflush ruleset\n').said).toEqual(['malformed empty-input']);
});

test.each([
  ['a set that packets change', 'flags dynamic', 'add @s { ip saddr }'],
  ['a set whose elements fade', 'flags timeout; elements = { 10.0.0.1 timeout 1m }', 'counter'],
  ['a set of all addresses', 'flags interval; elements = { * }', 'counter'],
])('a packet of IPv6 has no address of IPv4: not in %s', (_, set, beside) => {
  const text = `table inet t {
	set s { type ipv4_addr; ${set}; }
	chain c {
		type filter hook input priority 0
		${beside}
		ip saddr @s drop
		tcp dport . ip saddr { 22 . 10.0.0.1 } drop
	}
}
`;
  const [, six] = rulesetsOf(text);
  const rules = six?.tables.get('inet t')?.chains.get('c')?.rules.slice(1) ?? [];
  expect(rules.map(({ match }) => match)).toEqual([NEVER, NEVER]);
});

test.each([
  ['tcp flags { syn }', 'out tcp -> 203.0.113.9:80 flags=SU', 'undecided'],
  ['tcp flags { syn }', 'out tcp -> 203.0.113.9:80 flags=S', 'dropped'],
  ['tcp flags { syn }', 'out tcp -> 203.0.113.9:80 flags=U', 'direct'],
  ['tcp flags { syn, urg }', 'out tcp -> 203.0.113.9:80 flags=SU', 'direct'],
  ['tcp flags syn', 'out tcp -> 203.0.113.9:80 flags=SU', 'dropped'],
  ['ct state { new }', 'out tcp -> 203.0.113.9:80', 'dropped'],
])('a set of one flag may be loaded as that flag beside others: %s, %s: %s', (rule, packet, outcome) => {
  const text = `table ip t {\n\tchain c {\n\t\ttype filter hook output priority 0\n\t\t${rule} drop\n\t}\n}\n`;
  expect(trace(text, packet).outcome).toBe(outcome);
});

test('a port beside other parts of a key may be something else where a protocol has none', () => {
  const matchOf = (rule: string) =>
    ruleOf(`table ip t {\n\tchain c {\n\t\ttype filter hook input priority 0\n\t\t${rule}\n\t}\n}\n`, 'ip t', 'c')?.match;
  expect(matchOf('meta l4proto . th dport { tcp . 80, udp . 53 } drop')).toMatchObject({ kind: 'tuple' });
  const asked = JSON.stringify(matchOf('meta l4proto . th dport { tcp . 80, esp . 0 } drop'));
  expect(asked).toContain('"kind":"tuple"');
  expect(asked).toContain('in the place of a port');
});

/** nft wrote it, though its table and chain look like those of iptables-nft. */
const LOOKS_LIKE_IPTABLES = (...rules: readonly string[]): string =>
  `table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy drop;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`;

const REFUSED = ['ip saddr @missing accept', 'ct state bogus accept', 'ip6 saddr ::1 accept', 'tcp dport 80 redirect to :8080'];

test.each(REFUSED)('what is not counted in a table like that of iptables-nft is checked as nft does: %s', (rule) => {
  const { diagnostics } = readRules({ file: 'fw.nft', text: LOOKS_LIKE_IPTABLES(rule) });
  expect(diagnostics.map(({ kind }) => kind === 'not-loadable' || kind === 'malformed')).toEqual([true]);
});

test('a rule that a command adds is checked there, counted or not', () => {
  const text = 'add table ip nat\nadd chain ip nat SEP\nadd chain ip nat OUTPUT { type nat hook output priority -100; }\n';
  const script = `${text}add rule ip nat SEP counter dnat to 10.244.1.2:53\n`;
  const { diagnostics } = readRules({ file: 'fw.nft', text: script });
  expect(diagnostics).toMatchObject([{ kind: 'not-loadable', code: 'needs-protocol' }]);
});

test('a packet without a socket has no user in what nft wrote there', () => {
  const text = LOOKS_LIKE_IPTABLES('meta skuid != 1337 drop', 'meta skuid != 1337 counter packets 0 bytes 0 drop');
  const [own, ofIptables] =
    rulesetsOf(text.replace('INPUT', 'OUTPUT').replace('hook input', 'hook output'))[0]?.tables.get('filter')?.chains.get('OUTPUT')
      ?.rules ?? [];
  expect(own?.match).toMatchObject({ kind: 'and', of: [{ kind: 'present', field: 'uid' }, { kind: 'not' }] });
  expect(ofIptables?.match).toMatchObject({ kind: 'not' });
});
