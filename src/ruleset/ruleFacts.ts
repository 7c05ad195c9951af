/** What a bound rule tells its table: where it loads, what it needs of the kernel, whether it ends its chain. */
import type { BindContext, BoundClause, BoundRule, ReportProblem } from '../extensions/rule/boundRule.ts';
import { ruleContext } from '../extensions/rule/checkClause.ts';
import { lowerTarget } from '../extensions/rule/lowerRule.ts';
import type { HookName, TableName } from '../netfilter/hooks.ts';
import type { Span } from '../syntax/text/source.ts';

export interface RuleFacts {
  /** how many rules its words stand for */
  readonly parts: number;
  /** target as written */
  readonly target: string | undefined;
  /** its target is a chain */
  readonly calls: boolean;
  /** it ends its chain for all packets */
  readonly ends: boolean;
  readonly limited: readonly Limited[];
  readonly interfaces: readonly InterfaceOption[];
  readonly conntrack: boolean;
  readonly defrag: boolean;
  readonly changedSets: readonly { readonly set: string; readonly span: Span }[];
  /** what its target does is not modelled */
  readonly opaqueTarget: boolean;
}

/** A clause that does not load on every hook. */
export interface Limited {
  /** `-m owner` */
  readonly call: string;
  readonly allowed: readonly HookName[];
  /** iptables-nft does not see who calls the chain */
  readonly onEntry: boolean;
  readonly span: Span;
  /** tables in which it loads, when not in all */
  readonly tables: readonly TableName[] | undefined;
}

export interface InterfaceOption {
  readonly option: '-i' | '-o';
  readonly span: Span;
}

export function ruleFacts(rule: BoundRule, context: BindContext): RuleFacts {
  const { target, source, destination, iif, oif } = rule;
  const clauses = clausesOf(rule).map((clause) => ({ clause, facts: clauseFacts(clause) }));
  const written = target?.kind === 'extension' ? target.clause.name : target?.chain;
  const options = [
    { option: '-i', given: iif },
    { option: '-o', given: oif },
  ] as const;
  return {
    parts: (source?.value.length ?? 1) * (destination?.value.length ?? 1),
    target: written,
    calls: target !== undefined && target.kind !== 'extension',
    ends: target?.kind === 'extension' && alwaysEnds(rule, target.clause.name),
    limited: clauses.flatMap(({ clause: { span }, facts: { limit } }) => (limit === undefined ? [] : [{ ...limit, span }])),
    interfaces: options.flatMap(({ option, given }) => (given === undefined ? [] : [{ option, span: given.span }])),
    conntrack: clauses.some(({ facts }) => facts.conntrack),
    defrag: clauses.some(({ clause }) => clause.extension?.needsDefrag === true),
    changedSets: clauses.flatMap(({ clause: { span }, facts }) => facts.changedSets.map((set) => ({ set, span }))),
    opaqueTarget: hasOpaqueTarget(rule, context),
  };
}

export interface ClauseFacts {
  readonly limit: Omit<Limited, 'span'> | undefined;
  readonly conntrack: boolean;
  readonly changedSets: readonly string[];
}

export function clauseFacts(clause: BoundClause): ClauseFacts {
  const { extension, given } = clause;
  const allowed = extension?.hooks?.(given);
  return {
    limit: allowed && { call: callName(clause), allowed, onEntry: extension?.checksHooksOnEntry === true, tables: extension?.tables },
    conntrack: extension?.needsConntrack?.(given) === true,
    changedSets: extension?.changesSets?.(given) ?? [],
  };
}

export function hasOpaqueTarget(bound: BoundRule, context: BindContext): boolean {
  return lowerTarget(bound, ruleContext(context, bound.proto, '')).kind === 'unmodelled';
}

export function clausesOf({ matches, target }: BoundRule): readonly BoundClause[] {
  return target?.kind === 'extension' ? [...matches, target.clause] : matches;
}

function callName({ name, extension }: BoundClause): string {
  return extension?.kind === 'target' ? `-j ${name}` : `-m ${name}`;
}

export function checkTables(clause: BoundClause, table: TableName, report: ReportProblem): void {
  if (clause.extension === undefined) return;
  const { legacyTables } = clause.extension;
  const tables = clause.extension.tablesFor?.(clause.given) ?? clause.extension.tables;
  if (legacyTables !== undefined && !legacyTables.includes(table)) {
    report({
      kind: 'warning',
      code: 'backend-difference',
      message: `iptables-legacy loads \`${callName(clause)}\` in table ${legacyTables.join(', ')} only`,
      refusedBy: 'legacy',
      span: clause.span,
    });
  }
  if (tables === undefined || tables.includes(table)) return;
  const where = tables.length === 1 ? `table ${tables[0]}` : `tables ${tables.join(', ')}`;
  report({
    kind: 'not-loadable',
    code: 'wrong-table',
    message: `\`${callName(clause)}\` loads in ${where} only, not in ${table}`,
    span: clause.span,
  });
}

const ENDING: readonly string[] = ['ACCEPT', 'DROP', 'RETURN'];

function alwaysEnds({ source, destination, iif, oif, proto, fragment, matches }: BoundRule, target: string): boolean {
  if (!ENDING.includes(target) || matches.length > 0) return false;
  return (source ?? destination ?? iif ?? oif ?? proto ?? fragment) === undefined;
}
