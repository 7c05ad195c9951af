/** Reads .cases files: what nft makes of a rule, as a table.
 *
 *  Header lines, each valid until the next of its kind: `family inet`, `*TYPE HOOK PRIORITY` of the base chain that the rule is in, and then
 *  `with LINE` for what else is in the table. A case is `input ; canonical ; verdict`; canonical `=` is the input itself. Verdicts: OK loads
 *  and is listed as canonical, counters without numbers; FAIL is refused. */
import { readdirSync, readFileSync } from 'node:fs';

export interface NftCase {
  readonly line: number;
  readonly input: string;
  /** absent: it is refused */
  readonly canonical?: string;
  readonly family: string;
  readonly type: string;
  readonly hook: string;
  readonly priority: string;
  readonly beside: readonly string[];
}

export interface NftCaseFile {
  readonly name: string;
  readonly cases: readonly NftCase[];
}

export function readNftCases(): readonly NftCaseFile[] {
  const folder = new URL('.', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cases'))
    .map((file) => ({ name: file, cases: casesOf(readFileSync(new URL(file, folder), 'utf8')) }));
}

function casesOf(text: string): readonly NftCase[] {
  const cases: NftCase[] = [];
  let family = 'inet';
  let [type, hook, priority] = ['filter', 'input', '0'];
  let beside: string[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const [, input, canonical = '', verdict] = /^(.*) ; (?:(.*) )?; (OK|FAIL)$/.exec(line) ?? [];
    if (input !== undefined) {
      const expected = verdict === 'FAIL' ? {} : { canonical: canonical === '=' ? input : canonical };
      cases.push({ line: at + 1, input, ...expected, family, type, hook, priority, beside });
    } else if (line.startsWith('family ')) {
      family = line.slice('family '.length);
      beside = [];
    } else if (line.startsWith('*')) [type = '', hook = '', priority = ''] = line.slice(1).split(' ');
    else if (line.startsWith('with ')) beside = [...beside, line.slice('with '.length)];
    else if (line !== '') throw new Error(`line ${at + 1} is no case: ${line}`);
  }
  return cases;
}

/** The whole table. */
export function nftCaseText({ input, family, type, hook, priority, beside }: NftCase): string {
  const base = `type ${type} hook ${hook} priority ${priority}; policy accept;`;
  return [`table ${family} t {`, ...beside, 'chain c {', base, input, '}', '}', ''].join('\n');
}
