/** Text of any of the four kinds to rulesets as words. Pure; what is not understood is reported, nothing is passed over. */
import type { Family } from '../packet/address.ts';
import type { RulesetNode } from './ast.ts';
import { codeBlocks } from './codeBlocks.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Finding, reportInto } from './report.ts';
import { restoreRulesets, tableNode } from './restoreRulesets.ts';
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

export function parseRules(source: Source, options: ParseOptions = {}): ParseResult {
  const diagnostics: Diagnostic[] = [];
  const report = reportInto(diagnostics, source);
  const rulesets: RulesetNode[] = [];
  const refused: Finding[] = [];
  const shell = shellReader(source, report, options.variables ?? new Map());
  for (const block of codeBlocks(source.text)) {
    if (block.kind === 'refused') refused.push(block.finding);
    else if (block.kind === 'shell') readShell(shell, block.lines);
    else rulesets.push(...restoreRulesets({ source, lines: block.lines, report, shell: (line) => readShell(shell, [line]) }, options));
  }
  for (const [family, tables] of shell.tables) {
    const called: RulesetNode = { family, familyFrom: 'command', source, form: 'shell', tables: tables.map(tableNode) };
    const index = rulesets.findIndex((other) => other.family === family && disjoint(other, called));
    const dumped = rulesets[index];
    if (dumped === undefined) rulesets.push(called);
    else rulesets[index] = { ...called, tables: [...dumped.tables, ...called.tables] };
  }
  const understood = rulesets.length > 0 || shell.calls > 0;
  for (const finding of understood ? shell.strangers : refused) report(finding);
  if (!understood && diagnostics.every(({ kind }) => kind === 'warning')) {
    report(noRules(source.text));
    if (isBlank(source.text)) rulesets.push(emptyRuleset(source, options));
  } else if (!hasRules(rulesets) && diagnostics.every(({ kind }) => kind === 'warning')) report(noRules(''));
  return { rulesets, diagnostics: diagnostics.sort((a, b) => a.span.start - b.span.start) };
}

function disjoint(a: RulesetNode, b: RulesetNode): boolean {
  return !a.tables.some(({ name }) => b.tables.some((table) => table.name.text === name.text));
}

function hasRules(rulesets: readonly RulesetNode[]): boolean {
  return rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 0)));
}

/** Only blanks and comments: what iptables-save prints where there are no tables. */
function isBlank(text: string): boolean {
  return !/^[ \t\ufeff]*[^#\s\ufeff]/m.test(text);
}

/** fact: iptables-save of a host that has legacy rules only is empty, and its warning goes to standard error. */
function noRules(text: string): Finding {
  const span = { start: 0, end: Math.min(text.length, 1) };
  if (isBlank(text)) {
    const help = 'if this is a pod with a sidecar, save `iptables-legacy-save` and `nft list ruleset` too: the rules may be there';
    return { kind: 'warning', message: 'no rule found in this text', span, help };
  }
  const help = 'give the text of `iptables-save` or `iptables-restore`, or lines that call `iptables`';
  return { kind: 'malformed', message: 'no rule found in this text: it has no table and no call of iptables', span, help };
}

function emptyRuleset(source: Source, { family }: ParseOptions): RulesetNode {
  return { family: family ?? 4, familyFrom: family === undefined ? 'default' : 'option', source, form: 'save', tables: [] };
}
