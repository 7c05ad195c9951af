/** What chainwalk says of a line: which backends load it, and how it is saved. */
import { resolve } from '../../../src/ruleset/resolve.ts';
import type { Backend, Diagnostic } from '../../../src/syntax/diagnostic.ts';
import { isError } from '../../../src/syntax/diagnostic.ts';
import { parseRules } from '../../../src/syntax/parse.ts';
import type { Line } from './randomLines.ts';

export interface Ours {
  /** the saved rules after `-A CHAIN`; absent: refused */
  readonly saved?: readonly string[];
  /** backends that refuse it all the same */
  readonly refusedBy: ReadonlySet<Backend>;
  readonly diagnostics: readonly Diagnostic[];
}

const CHAIN = 'L';

export function ourAnswer({ family, table, text }: Line): Ours {
  const source = { file: 'line', text: `*${table}\n:${CHAIN} - [0:0]\n-A ${CHAIN} ${text}\nCOMMIT\n` };
  const { rulesets, diagnostics } = parseRules(source, { family });
  const [node] = rulesets;
  if (node === undefined) return { refusedBy: new Set(), diagnostics };
  const resolved = resolve({ ...node, family });
  const found = [...diagnostics, ...resolved.diagnostics];
  const refusedBy = new Set(found.flatMap((diagnostic) => diagnostic.refusedBy ?? []));
  if (found.some(isError)) return { refusedBy, diagnostics: found };
  const rules = [...(resolved.ruleset?.tables.values() ?? [])].flatMap((one) => one.chains.get(CHAIN)?.rules ?? []);
  return { saved: rules.map((rule) => rule.text.slice(`-A ${CHAIN}`.length).trim()), refusedBy, diagnostics: found };
}
