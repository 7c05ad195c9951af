/** Tables while a text is read: chains of words, and what is said when a command on them fails. */
import { type HookName, isHook, isTable, TABLE_HOOKS } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { ProblemSink, TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { ChainNode, RuleNode, TableNode, Word } from './ast.ts';

/** Mutable while a text is read; handed out as a TableNode. */
export interface TableState extends TableNode {
  readonly name: Word;
  readonly chains: ChainState[];
  readonly byName: Map<string, ChainState>;
}

export interface ChainState extends ChainNode {
  name: Word;
  policy?: Word;
  span?: Span;
  rules: RuleNode[];
}

export interface RuleOrigin {
  /** the logical line */
  readonly span: Span;
  readonly line: number;
  /** the block of a dump that it is part of */
  readonly block?: { readonly saved: boolean };
}

/** The rules of the kernel that a rule's words stand for, in canonical words; undefined where they stand for none. */
export type RuleMeaning = (
  rule: RuleNode,
  around: { readonly table: TableNode; readonly family: Family | undefined },
) => readonly string[] | undefined;

export interface Setting {
  readonly table: TableState;
  readonly report: ProblemSink;
  /** a failed command stops a restore; a script goes on, and makes missing chains with a warning */
  readonly form: 'restore' | 'shell';
  /** with `--noflush`: what is there stays, but for user chains that are declared anew */
  readonly adds?: boolean;
  /** absent: not known yet */
  readonly family?: Family | undefined;
  /** absent: rules are compared as they are spelled */
  readonly meaning?: RuleMeaning | undefined;
}

export function newTable(name: Word): TableState {
  return { name, chains: [], byName: new Map() };
}

function baseChains(table: TableState): readonly HookName[] {
  return isTable(table.name.text) ? TABLE_HOOKS[table.name.text] : [];
}

export function isBaseChain(table: TableState, name: string): boolean {
  return isHook(name) && baseChains(table).includes(name);
}

export function addChain(table: TableState, name: Word): ChainState {
  const chain: ChainState = { name, rules: [] };
  table.chains.push(chain);
  table.byName.set(name.text, chain);
  return chain;
}

/** The chain of that name; made when it is missing, so that one mistake is reported once. */
export function chainFor(setting: Setting, name: Word): ChainState {
  const known = setting.table.byName.get(name.text);
  if (known !== undefined) return known;
  if (!isBaseChain(setting.table, name.text) && setting.table.isPart === undefined) reportMissing(setting, name);
  return addChain(setting.table, name);
}

function reportMissing({ table, report, form }: Setting, name: Word): void {
  const inTable = `table \`${table.name.text}\``;
  if (isHook(name.text)) {
    const names = baseChains(table).join(', ');
    report({
      kind: 'not-loadable',
      code: 'unknown-chain',
      message: `${inTable} has no chain \`${name.text}\``,
      span: name,
      help: `its built-in chains are ${names}`,
    });
  } else if (form === 'shell') {
    const message = `chain \`${name.text}\` is used before it is made; made here`;
    report({
      kind: 'warning',
      code: 'unknown-chain',
      message,
      span: name,
      help: `run \`iptables -t ${table.name.text} -N ${name.text}\` first`,
    });
  } else {
    const message = `no chain \`${name.text}\` in ${inTable}`;
    report({
      kind: 'not-loadable',
      code: 'unknown-chain',
      message,
      span: name,
      help: `declare it first: \`:${name.text} - [0:0]\` or \`-N ${name.text}\``,
    });
  }
}

/** A command that fails: iptables-restore gives up, a script goes on to its next line. */
export function failed({ report, form }: Setting, finding: Omit<TextFinding, 'kind'>): false {
  report(
    form === 'shell'
      ? { ...finding, kind: 'warning', message: `this command fails: ${finding.message}` }
      : { ...finding, kind: 'not-loadable' },
  );
  return false;
}

export function missing(setting: Setting, name: Word): false {
  return failed(setting, {
    code: 'unknown-chain',
    message: `no chain \`${name.text}\` in table \`${setting.table.name.text}\``,
    span: name,
  });
}
