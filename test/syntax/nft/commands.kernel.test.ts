/** Random commands, each list of them one transaction: what nft refuses is refused here, and what it makes is made here. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../../src/ruleset/readRules.ts';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { kernelHere } from '../../kernel/kernelHere.ts';

const table = fc.constantFrom('ip t', 'ip t', 'ip t', 'inet t', 'ip u', 't');
const chain = fc.constantFrom('a', 'b', 'c');
const rule = fc.constantFrom(
  'tcp dport 80',
  'accept',
  'drop',
  'jump b',
  'goto c',
  'ip saddr 10.0.0.1',
  'ip saddr @s',
  'meta mark 0x00000001',
  'tcp dport vmap @m',
  'ip saddr { 10.0.0.1, 10.0.0.2 } drop',
);

function line(parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  return fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((words) => words.join(' '));
}

const verb = fc.constantFrom('add', 'add', 'create', 'delete');
const command = fc.oneof(
  line([fc.constantFrom('add table', 'create table', 'delete table', 'flush table'), table]),
  fc.constantFrom('flush ruleset', 'flush ruleset ip', 'list ruleset'),
  line([fc.constantFrom('add chain', 'add chain', 'create chain', 'delete chain', 'flush chain'), table, chain]),
  line(['add chain', table, chain, '{ type filter hook input priority', fc.constantFrom('0', 'filter', '-150'), '; }']),
  line(['add rule', table, chain, rule]),
  line(['add rule', table, chain, rule]),
  line(['insert rule', table, chain, rule]),
  line([fc.constantFrom('add', 'insert'), 'rule', table, chain, fc.constantFrom('index 0', 'index 1', 'index 2'), rule]),
  line(['add set', table, 's { type ipv4_addr; }']),
  line(['add map', table, 'm { type inet_service : verdict; }']),
  line([verb, 'element', table, 's', fc.constantFrom('{ 10.0.0.1 }', '{ 10.0.0.2 }', '{ 10.0.0.1, 10.0.0.3 }')]),
  line([verb, 'element', table, 'm', fc.constantFrom('{ 80 : accept }', '{ 81 : drop }', '{ 80 : drop }')]),
  line([fc.constantFrom('delete set', 'flush set'), table, 's']),
  line([fc.constantFrom('delete map', 'flush map'), table, 'm']),
);

const BASE = ['add table ip t', ...['a', 'b', 'c'].map((name) => `add chain ip t ${name}`)];
const SETS = ['add set ip t s { type ipv4_addr; }', 'add map ip t m { type inet_service : verdict; }'];
const script = fc
  .tuple(fc.boolean(), fc.array(command, { minLength: 1, maxLength: 5 }))
  .map(([withSets, commands]) => `${[...BASE, ...(withSets ? SETS : []), ...commands].join('\n')}\n`);

const SCRIPT = `
import json, subprocess, sys
for text in json.load(sys.stdin):
    subprocess.run(['nft', 'flush', 'ruleset'])
    done = subprocess.run(['nft', '-f', '-'], input=text, text=True, capture_output=True)
    listed = subprocess.run(['nft', 'list', 'ruleset'], text=True, capture_output=True).stdout if done.returncode == 0 else ''
    print(json.dumps({'taken': done.returncode == 0, 'listed': listed}))
`;

interface Answer {
  readonly taken: boolean;
  readonly listed: string;
}

function asked(texts: readonly string[]): readonly Answer[] {
  const options = { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'python3', '-c', SCRIPT], options);
  const answers = stdout
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as Answer);
  if (answers.length !== texts.length) throw new Error(stderr);
  return answers;
}

/** The kernel keeps elements in an order of its own, and nft has names for priorities. */
function normal(text: string): string {
  return text
    .replace(/elements = \{[^}]*\}/g, (elements) =>
      elements
        .replaceAll(/[{},\s]+/g, ' ')
        .split(' ')
        .sort()
        .join(' '),
    )
    .replaceAll('priority filter', 'priority 0')
    .replaceAll('priority mangle', 'priority -150');
}

describe.skipIf(!kernelHere())('commands of nft', () => {
  it('are taken or refused as nft does, and make the same tables', () => {
    const texts = fc.sample(script, { seed: 16, numRuns: 600 });
    const answers = asked(texts);
    const different = texts.filter((text, at) => {
      const { taken, listed } = answers[at] ?? { taken: false, listed: '' };
      const errors = readRules({ file: 'test', text }).diagnostics.filter((one) => isError(one) && one.code !== 'empty-input');
      if (taken !== (errors.length === 0)) return true;
      const { nft } = parseRules({ file: 'test', text });
      return taken && normal(nft === undefined ? '' : printNft(nft)) !== normal(listed);
    });
    expect(answers.filter(({ taken }) => taken).length).toBeGreaterThan(100);
    expect(answers.filter(({ taken }) => !taken).length).toBeGreaterThan(100);
    expect(different).toEqual([]);
  });
});
