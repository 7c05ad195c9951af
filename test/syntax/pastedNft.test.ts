/** Rules as they stand in mails, tickets, pages and pagers: what stands around the lines is passed over, with a warning; of nft as of iptables. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/ruleset/readRules.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { printNft } from '../../src/syntax/nft/printNft.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const NFT = fixture('nft/istio-sidecar.nft').trimEnd();
const RULES = fixture('istio-sidecar.rules').trimEnd();

const each = (text: string, to: (line: string, at: number) => string) => text.split('\n').map(to).join('\n');
const AROUND: readonly (readonly [string, (text: string) => string])[] = [
  ['a mail', (text) => each(text, (line) => `> ${line}`)],
  ['a mail in a mail', (text) => each(text, (line) => `> > ${line}`)],
  ['the same without blanks', (text) => each(text, (line) => `>> ${line}`)],
  ['cat -n', (text) => each(text, (line, at) => `${String(at + 1).padStart(6)}\t${line}`)],
  ['grep -n', (text) => each(text, (line, at) => `${at + 1}:${line}`)],
  ['a ticket', (text) => `{code}\n${text}\n{code}`],
  ['a ticket that names a language', (text) => `{code:bash}\n${text}\n{code}\n`],
  ['a ticket without a language', (text) => `{noformat}\n${text}\n{noformat}`],
  ['a page', (text) => `<pre><code class="x">\n${text}\n</code></pre>`],
];

function read(text: string) {
  const { nft, diagnostics } = parseRules({ file: 'a', text });
  const rules = readRules({ file: 'a', text }).rulesets.flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules.map((rule) => rule.text))),
  );
  return { said: diagnostics, printed: nft === undefined ? rules : printNft(nft), tables: nft?.tables };
}

describe.each([
  ['iptables-save', RULES],
  ['nft list ruleset', NFT],
])('what %s prints', (_, text) => {
  it.each(AROUND)('is the same in %s', (_name, around) => {
    const pasted = read(around(text));
    expect(pasted.printed).toEqual(read(text).printed);
    expect(pasted.printed.length).toBeGreaterThan(10);
    expect(pasted.said.map(({ kind, code }) => [kind, code])).toEqual([['warning', 'pasted-text']]);
  });
});

it('lines keep their numbers, and an error in them its place', () => {
  const pasted = `{code}\n${NFT}\n{code}`;
  const [before, after] = [read(NFT), read(pasted)].map(({ tables }) => tables?.[0]?.chains[0]?.rules[0]?.line);
  expect(after).toBe((before ?? 0) + 1);
  const { said } = read(pasted.replace('jump istio-inbound', 'jmp istio-inbound'));
  expect(said.map(({ kind }) => kind)).toContain('malformed');
});
