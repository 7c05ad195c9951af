/** Texts of nft 1.0.6, as it took and printed them. */
import { readFileSync } from 'node:fs';
import type { NftRulesetNode } from '../../../src/syntax/nft/ast.ts';
import { readNftText } from '../../../src/syntax/nft/readNft.ts';
import type { TextFinding } from '../../../src/syntax/text/problems.ts';

export interface StatementRow {
  readonly family: string;
  readonly base: string;
  readonly given: string;
  readonly printed: string;
}

function file(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

export const STATEMENTS: readonly StatementRow[] = file('statements.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [family = '', base = '', given = '', printed = ''] = line.split('\t');
    return { family, base, given, printed: printed === '=' ? given : printed.replaceAll('\\n', '\n').replaceAll('\\t', '\t') };
  });

/** A table with all kinds of sets, objects and chains, with handles. */
export const TABLE = file('table.txt');

/** Rules that iptables-nft 1.8.9 made, as nft lists them. */
export const OF_IPTABLES = file('ofIptables.txt');

export function withoutHandles(text: string): string {
  return text.replaceAll(/ # handle \d+/g, '');
}

/** The rule in a table of its own. */
export function inTable({ family, base }: StatementRow, rule: string): string {
  const [type = '', hook = '', priority = ''] = base.split(' ');
  const device = family === 'netdev' ? ' device "lo"' : '';
  return `table ${family} t {\n\tchain c {\n\t\ttype ${type} hook ${hook}${device} priority ${priority}; policy accept;\n\t\t${rule}\n\t}\n}\n`;
}

export interface Read {
  readonly tree: NftRulesetNode;
  readonly findings: readonly TextFinding[];
}

export function readNft(text: string): Read {
  const findings: TextFinding[] = [];
  return { tree: readNftText({ file: 'test', text }, (finding) => findings.push(finding)), findings };
}
