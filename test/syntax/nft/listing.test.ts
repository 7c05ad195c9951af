import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NftRuleNode } from '../../../src/syntax/nft/ast.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { printNftRule } from '../../../src/syntax/nft/printStatement.ts';
import { inTable, OF_IPTABLES, readNft, STATEMENTS, TABLE, withoutHandles } from './texts.ts';

const PRINTING = { indent: '\t\t', handles: false };

function onlyRule(text: string): NftRuleNode {
  const { tree, findings } = readNft(text);
  expect(findings).toEqual([]);
  const [rule] = tree.tables[0]?.chains[0]?.rules ?? [];
  if (rule === undefined) throw new Error('no rule was read');
  return rule;
}

describe('a listing of nft', () => {
  it.each(STATEMENTS)('is read and printed as it was, rule: $printed', (row) => {
    expect(printNftRule(onlyRule(inTable(row, row.printed)), PRINTING)).toBe(row.printed);
  });

  it.each(STATEMENTS)('what was loaded is read too, rule: $given', (row) => {
    expect(onlyRule(inTable(row, row.given)).statements.length).toBeGreaterThan(0);
  });

  it('tables with all kinds of sets, objects and chains are printed as they were, with handles and without', () => {
    expect(printNft(readNft(TABLE).tree, { handles: true })).toBe(TABLE);
    expect(printNft(readNft(TABLE).tree)).toBe(withoutHandles(TABLE));
  });

  it('elements of a set are printed in lines, as many as the type of its key has', () => {
    const text = (type: string, lines: string) => `table ip t {\n\tset s {\n\t\ttype ${type}\n\t\telements = { ${lines} }\n\t}\n}\n`;
    const next = ',\n\t\t\t     ';
    for (const one of [
      text('ipv4_addr', `10.0.0.1, 10.0.0.2${next}10.0.0.3`),
      text('inet_service', `1, 2, 3, 4, 5${next}6`),
      text('ipv6_addr', `fd00::1${next}fd00::2`),
      text('ipv4_addr . inet_service', `10.0.0.1 . 80${next}10.0.0.2 . 80`),
    ])
      expect(printNft(readNft(one).tree)).toBe(one);
  });

  it('tables of iptables-nft are read, with what it cannot say in words of nft', () => {
    const { tree, findings } = readNft(OF_IPTABLES);
    const rules = tree.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
    const names = rules.flatMap(({ statements }) => statements.flatMap((one) => (one.kind === 'xt' ? [`${one.of} ${one.name.text}`] : [])));
    expect(findings).toEqual([]);
    expect(names).toEqual([
      'match recent',
      'match connlimit',
      'match string',
      'match u32',
      'match socket',
      'target NETMAP',
      'target TPROXY',
      'target TTL',
      'target CT',
      'match eui64',
    ]);
    expect(printNft(tree).split('\n')).toHaveLength(OF_IPTABLES.split('\n').length);
  });

  it('each node has the place of its text', () => {
    const text = 'table inet t {\n\tchain c {\n\t\ttcp dport { 80, 443 } counter packets 1 bytes 2 jump web comment "x"\n\t}\n}\n';
    const rule = onlyRule(text);
    const at = ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end);
    expect(rule.line).toBe(3);
    expect(at(rule)).toBe('tcp dport { 80, 443 } counter packets 1 bytes 2 jump web comment "x"');
    expect(rule.statements.map(at)).toEqual(['tcp dport { 80, 443 }', 'counter packets 1 bytes 2', 'jump web']);
    const [match] = rule.statements;
    expect(match?.kind === 'match' && match.right.kind === 'set' && match.right.elements.map(at)).toEqual(['80', '443']);
  });
});

const GOLDENS = new URL('../../../../shared/nft/goldens/', import.meta.url);

describe.skipIf(!existsSync(GOLDENS))('the commands that Istio writes', () => {
  const files = existsSync(GOLDENS) ? readdirSync(GOLDENS).filter((name) => name.endsWith('.golden')) : [];

  it.each(files)('%s is carried out', (name) => {
    const text = readFileSync(new URL(name, GOLDENS), 'utf8');
    const { tree, findings } = readNft(text);
    const rules = tree.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
    expect(findings).toEqual([]);
    expect(rules).toHaveLength(text.split('\n').filter((line) => /^(?:add|insert) rule /.test(line)).length);
    const printed = printNft(tree);
    expect(printNft(readNft(printed).tree)).toBe(printed);
  });
});
