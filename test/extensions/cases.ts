/** Reads .cases files: what iptables makes of a rule, as a table.
 *
 *  Header lines, each valid until the next of its kind: `family 4|6|both`, `*table`, `:CHAIN,CHAIN` where the rule is put, `set NAME TYPE` for an ipset.
 *  The user chains USR and USR2 are always there. A case is `input ; canonical ; verdict`; canonical `=` is the input itself. Verdicts:
 *  OK loads and is saved as canonical; LOADS loads, each backend saves it in its own way; FAIL is refused; NFT, LEGACY is loaded by that backend alone.
 *  READS is read by iptables, for a module that today's kernels lack; canonical is then what the extension's own strings say. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Family } from '../../src/packet/address.ts';

export const VERDICTS = ['OK', 'LOADS', 'FAIL', 'NFT', 'LEGACY', 'READS'] as const;
export type CaseVerdict = (typeof VERDICTS)[number];

export interface Case {
  readonly line: number;
  /** cases under the same header lines have the same number */
  readonly section: number;
  readonly input: string;
  /** after `-A CHAIN`; absent for FAIL */
  readonly canonical?: string;
  readonly verdict: CaseVerdict;
  readonly families: readonly Family[];
  readonly table: string;
  readonly chains: readonly string[];
}

export interface CaseFile {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly sets: ReadonlyMap<string, string>;
}

export function readCaseFiles(): readonly CaseFile[] {
  const folder = new URL('.', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cases'))
    .map((file) => readCases(file.replace('.cases', ''), readFileSync(new URL(file, folder), 'utf8')));
}

function readCases(name: string, text: string): CaseFile {
  const cases: Case[] = [];
  const sets = new Map<string, string>();
  let families: readonly Family[] = [4, 6];
  let table = 'filter';
  let chains: readonly string[] = ['USR'];
  let section = 0;
  for (const [at, line] of text.split('\n').entries()) {
    const header = /^(?:family (4|6|both)|\*(\w+)|:([\w,]+)|set (\S+) (\S+)|#.*|)$/.exec(line);
    if (header === null) {
      const [input = '', canonical = '', verdict = ''] = splitCase(line);
      if (!isVerdict(verdict)) throw new Error(`${name}.cases:${at + 1}: no verdict in ${JSON.stringify(line)}`);
      const expected = verdict === 'FAIL' ? {} : { canonical: canonical === '=' ? input : canonical };
      cases.push({ line: at + 1, section, input, ...expected, verdict, families, table, chains });
      continue;
    }
    section = at;
    if (header[1] !== undefined) families = header[1] === 'both' ? [4, 6] : [Number(header[1]) as Family];
    table = header[2] ?? table;
    chains = header[3]?.split(',') ?? chains;
    if (header[4] !== undefined && header[5] !== undefined) sets.set(header[4], header[5]);
  }
  return { name, cases, sets };
}

/** The separators are the last two ` ; `: a rule may hold others. */
function splitCase(line: string): readonly string[] {
  const [, input, canonical, verdict] = /^(.*) ; (?:(.*) )?; (\w+)$/.exec(line) ?? [];
  return [input ?? '', canonical ?? '', verdict ?? ''];
}

function isVerdict(word: string): word is CaseVerdict {
  return (VERDICTS as readonly string[]).includes(word);
}

/** A whole table with rules in one of its chains, for iptables-restore. */
export function restoreText({ table, inputs }: { readonly table: string; readonly inputs: readonly string[] }, chain: string): string {
  const rules = inputs.map((input) => `-A ${chain}${input === '' ? '' : ` ${input}`}`);
  return [`*${table}`, '-N USR', '-N USR2', ...rules, 'COMMIT', ''].join('\n');
}
