/** What chainwalk says of a line: which backends load it, and how it is saved. */
import { resolve } from '../../../src/ruleset/resolve.ts';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { type Backend, type Diagnostic, isError } from '../../../src/syntax/text/diagnostic.ts';
import type { Line } from './randomLines.ts';

export interface Ours {
  /** the saved rules after `-A CHAIN`; absent: refused */
  readonly saved?: readonly string[];
  /** who refuses it all the same */
  readonly refusedBy: ReadonlySet<Backend | 'both'>;
  /** whose words these are, where the backends save in different ones */
  readonly printedAs?: Backend;
  readonly diagnostics: readonly Diagnostic[];
}

const CHAIN = 'L';

export function ourAnswer({ family, table, text }: Line): Ours {
  const source = { file: 'line', text: `*${table}\n:${CHAIN} - [0:0]\n:OTHER - [0:0]\n-A ${CHAIN} ${text}\nCOMMIT\n` };
  const read = parseRules(source, { family });
  const [node] = read.rulesets;
  const resolved = node === undefined ? undefined : resolve({ ...node, family });
  const diagnostics = [...read.diagnostics, ...(resolved?.diagnostics ?? [])];
  const refusedBy = new Set(diagnostics.flatMap((diagnostic) => diagnostic.refusedBy ?? []));
  const { printedAs } = diagnostics.find((diagnostic) => diagnostic.printedAs !== undefined) ?? {};
  const around = { refusedBy, diagnostics, ...(printedAs === undefined ? {} : { printedAs }) };
  if (resolved?.ruleset === undefined || diagnostics.some(isError)) return around;
  const rules = [...resolved.ruleset.tables.values()].flatMap((one) => one.chains.get(CHAIN)?.rules ?? []);
  return { ...around, saved: rules.map((rule) => rule.text.slice(`-A ${CHAIN}`.length).trim()) };
}
