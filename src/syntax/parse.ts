/** Text of any of the four kinds to rulesets as words. Pure; everything that is not understood is reported, nothing is passed over. */
import type { Family } from '../packet/address.ts';
import type { RulesetNode, TableNode } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import { familyOfAddresses } from './family.ts';
import { codeBlocks } from './markdown.ts';
import { refusal } from './refusal.ts';
import { type Report, reportInto } from './report.ts';
import { type RestoreInput, readRestore, type Section } from './restore.ts';
import { readShell, shellReader } from './shell.ts';
import type { Source } from './source.ts';

export interface ParseOptions {
  /** decides where header, command and addresses leave the family open */
  readonly family?: Family;
  /** values of shell variables */
  readonly variables?: ReadonlyMap<string, string>;
}

export interface ParseResult {
  readonly rulesets: readonly RulesetNode[];
  readonly diagnostics: readonly Diagnostic[];
}

const NO_RULES = 'if this is a pod with a sidecar, save `iptables-legacy-save` and `nft list ruleset` too: the rules may be there';

export function parseRules(source: Source, options: ParseOptions = {}): ParseResult {
  const diagnostics: Diagnostic[] = [];
  const report = reportInto(diagnostics, source);
  const refused = refusal(source.text);
  if (refused !== undefined) {
    report(refused);
    return { rulesets: [], diagnostics };
  }
  const rulesets: RulesetNode[] = [];
  const shell = shellReader(source, report, options.variables ?? new Map());
  for (const block of codeBlocks(source.text)) {
    if (block.kind === 'restore') rulesets.push(...restoreRulesets({ source, lines: block.lines, report }, options));
    else readShell(shell, block.lines);
  }
  for (const [family, tables] of shell.tables) {
    rulesets.push({ family, familyFrom: 'command', source, form: 'shell', tables: tables.map(tableNode) });
  }
  sayWhenEmpty(source, rulesets, report, diagnostics);
  if (rulesets.length === 0 && diagnostics.every(({ kind }) => kind === 'warning')) {
    rulesets.push({ family: options.family ?? 4, familyFrom: options.family ? 'option' : 'default', source, form: 'save', tables: [] });
  }
  return { rulesets, diagnostics: diagnostics.sort((a, b) => a.span.start - b.span.start) };
}

function sayWhenEmpty(source: Source, rulesets: readonly RulesetNode[], report: Report, diagnostics: readonly Diagnostic[]): void {
  const rules = rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some((chain) => chain.rules.length > 0)));
  if (rules || diagnostics.some(({ kind }) => kind !== 'warning')) return;
  const span = { start: 0, end: Math.min(source.text.length, 1) };
  report({ kind: 'warning', message: 'no rule found in this text', span, help: NO_RULES });
}

function tableNode({ name, chains }: TableNode): TableNode {
  return { name, chains };
}

function restoreRulesets(input: RestoreInput, options: ParseOptions): RulesetNode[] {
  const whole = readRestore(input);
  if (whole.marked.size === 0)
    return joinFamilies(
      input,
      whole.sections.map((section) => rulesetOf(input.source, section, options)),
    );
  // `-4` and `-6` lines: the same text is meant for iptables-restore and ip6tables-restore, which pass over each other's lines.
  const quiet = { ...input, report: () => {} };
  return ([4, 6] as const)
    .filter((family) => whole.marked.has(family) || whole.marked.size === 2)
    .flatMap((only) =>
      readRestore({ ...quiet, only }).sections.map((section) => rulesetOf(input.source, { ...section, header: only }, options)),
    );
}

function rulesetOf(source: Source, section: Section, options: ParseOptions): RulesetNode {
  const tables = section.tables.map(tableNode);
  const rest = { source, form: section.form, tables } as const;
  if (section.header !== undefined) return { family: section.header, familyFrom: 'header', ...rest };
  const byAddress = familyOfAddresses(tables);
  if (byAddress !== undefined) return { family: byAddress, familyFrom: 'addresses', ...rest };
  return { family: options.family ?? 4, familyFrom: options.family === undefined ? 'default' : 'option', ...rest };
}

/** A second table of one name and family takes the place of the first, as it does in iptables-restore. */
function joinFamilies({ report }: RestoreInput, rulesets: readonly RulesetNode[]): RulesetNode[] {
  const joined: RulesetNode[] = [];
  for (const next of rulesets) {
    const index = joined.findIndex(({ family }) => family === next.family);
    const before = joined[index];
    if (before === undefined) {
      joined.push(next);
      continue;
    }
    const replaced = before.tables.filter(({ name }) => next.tables.some((table) => table.name.text === name.text));
    for (const { name } of replaced) {
      const again = next.tables.find((table) => table.name.text === name.text)?.name ?? name;
      const message = `table \`${name.text}\` of IPv${next.family} stands twice in this text; this one replaces the first, as in iptables-restore`;
      report({
        kind: 'warning',
        message,
        span: again,
        help: 'put the rules of the other family into a file of their own, or add their `# Generated by` line',
      });
    }
    const form = before.form === 'restore' || next.form === 'restore' ? 'restore' : before.form;
    joined[index] = { ...before, form, tables: [...before.tables.filter((table) => !replaced.includes(table)), ...next.tables] };
  }
  return joined;
}
