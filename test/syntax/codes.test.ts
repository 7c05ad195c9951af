/** Every error and warning about rules and packets has a code that stays when its message is reworded. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/ruleset/readRules.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { DIAGNOSTIC_CODES } from '../../src/syntax/text/codes.ts';
import type { Diagnostic } from '../../src/syntax/text/diagnostic.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const ROOT = `${import.meta.dirname}/../..`;
const filter = (...rules: readonly string[]) => `*filter\n:A - [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
const codesOf = (text: string) => readRules({ file: 'test', text }).diagnostics.map(({ code }) => code);

const RULES: readonly (readonly [code: string, text: string])[] = [
  ['unknown-chain', filter('-A NOPE -j ACCEPT')],
  ['chain-exists', filter(':A - [0:0]')],
  ['chain-name', filter(`-N ${'x'.repeat(30)}`)],
  ['chain-not-deletable', filter('-X INPUT')],
  ['bad-policy', filter(':INPUT FOO')],
  ['no-such-rule', filter('-D INPUT 7')],
  ['unknown-target', filter('-A INPUT -j B')],
  ['chain-loop', filter('-A A -j A', '-A INPUT -j A')],
  ['wrong-table', filter('-A INPUT -j DNAT --to-destination 10.0.0.1')],
  ['wrong-hook', filter('-A INPUT -m owner --uid-owner 0 -j ACCEPT')],
  ['bad-value', filter('-A INPUT -p tcp --dport 99x')],
  ['bad-value', filter('-A INPUT -s 10.0.0.256')],
  ['repeated-option', filter('-A INPUT -s 10.0.0.1 -s 10.0.0.2')],
  ['missing-option', filter('-A INPUT -m mark')],
  ['missing-value', filter('-A INPUT -s')],
  ['needs-protocol', filter('-A INPUT -m multiport --dports 1')],
  ['unknown-option', filter('-A INPUT --no-such')],
  ['unknown-match', filter('-A INPUT -m nosuch')],
  ['several-targets', filter('-A INPUT -j ACCEPT -j DROP')],
  ['unclosed-quote', filter('-A INPUT -m comment --comment "x')],
  ['not-modelled', filter('-A INPUT -m string --string x --algo bm -j DROP')],
  ['script-unknown-value', 'iptables -A INPUT -p $PROTO -j ACCEPT\n'],
  ['partial-dump', '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n*filter\nCOMMIT\n'],
  ['not-rules', '{"json": true}'],
  ['empty-input', ''],
  ['outside-a-table', '-A INPUT -j ACCEPT\nCOMMIT\n'],
];

describe('rules', () => {
  it.each(RULES)('%s: %j', (code, text) => expect(codesOf(text)).toContain(code));

  it('none without a code in the fixtures that are wrong', () => {
    const folder = `${ROOT}/fixtures/bad`;
    const found = readdirSync(folder).flatMap((name): readonly Diagnostic[] => {
      return readRules({ file: name, text: readFileSync(`${folder}/${name}`, 'utf8') }).diagnostics;
    });
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter(({ code }) => code === undefined).map(({ message }) => message)).toEqual([]);
  });
});

it.each(['out tcp', 'out tcp -> 10.0.0.1 uid=x', 'nonsense', '-p tcp --dport x'])('the packet %j', (text) => {
  const source = { file: 'packet', text };
  for (const { diagnostics } of [parsePacket(source), parsePacketSet(source)])
    for (const { code } of diagnostics) expect(code).toBe('bad-packet');
  expect(parsePacket(source).diagnostics).not.toEqual([]);
});

it('check shows the code', async () => {
  const { out } = await chainwalk(['check', 'a', '--json'], { files: { a: filter('-A INPUT -j B') } });
  expect(JSON.parse(out).diagnostics).toEqual([expect.objectContaining({ kind: 'not-loadable', code: 'unknown-target' })]);
});

it('docs/codes.md lists every code, and no other', () => {
  const listed = [...readFileSync(`${ROOT}/docs/codes.md`, 'utf8').matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)].map(([, code, says]) => [
    code,
    says,
  ]);
  expect(Object.fromEntries(listed)).toEqual(DIAGNOSTIC_CODES);
});
