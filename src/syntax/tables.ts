/** Carries the commands of a text out on tables of words, in order, so that chains hold the rules that the kernel would. */
import { type HookName, isHook, isTable, TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { ChainNode, RuleNode, TableNode, Word } from './ast.ts';
import type { Command } from './commands.ts';
import type { Finding, Report } from './report.ts';
import { jumpOf, renamed, sameRule } from './rules.ts';
import type { Span } from './source.ts';

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

export interface Origin {
  /** the logical line */
  readonly span: Span;
  readonly line: number;
}

export interface Setting {
  readonly table: TableState;
  readonly report: Report;
  /** a failed command stops a restore; a script goes on, and makes missing chains with a warning */
  readonly form: 'restore' | 'shell';
}

export function newTable(name: Word): TableState {
  return { name, chains: [], byName: new Map() };
}

/** Carries out `command`; false when it fails as a check does. */
export function carryOut(setting: Setting, command: Command, origin: Origin): boolean {
  switch (command.kind) {
    case 'append':
      appendRule(setting, ruleOf(command, origin));
      return true;
    case 'insert':
    case 'replace':
    case 'deleteAt':
      return editAt(setting, command, origin);
    case 'check':
      return findRule(setting, command) >= 0;
    case 'delete':
      return deleteRule(setting, command);
    case 'newChain':
      return newChain(setting, command.chain, origin.span);
    case 'flush':
      for (const chain of someChains(setting, command.chain)) chain.rules = [];
      return true;
    case 'deleteChain':
      return deleteChains(setting, command.chain);
    case 'policy':
      return setPolicy(setting, command.chain, command.policy);
    case 'rename':
      return rename(setting, command);
    case 'look':
      return true;
  }
}

export function appendRule(setting: Setting, rule: RuleNode): void {
  chainFor(setting, rule.chain).rules.push(rule);
}

/** `:CHAIN POLICY` of a dump. A second one is an error of iptables-legacy-restore alone. */
export function declareChain(setting: Setting, chain: Word, policy: Word, span: Span): void {
  const { table, report } = setting;
  const known = table.byName.get(chain.text);
  if (known?.span !== undefined) {
    report({
      kind: 'warning',
      message: `chain \`${chain.text}\` is declared twice in table \`${table.name.text}\``,
      span: chain,
      help: 'iptables-legacy-restore refuses this',
    });
  }
  if (known === undefined && !isBaseChain(table, chain.text) && !nameIsFine(report, chain)) return;
  const state = known ?? addChain(table, chain);
  state.span ??= span;
  if (policy.text === '-') return;
  if (isBaseChain(table, chain.text)) setPolicy(setting, chain, policy);
  else
    report({
      kind: 'warning',
      message: `policy \`${policy.text}\` of \`${chain.text}\` has no effect: it is not a built-in chain of table \`${table.name.text}\``,
      span: policy,
      help: 'iptables-legacy-restore refuses this; write `-` as the policy',
    });
}

function baseChains(table: TableState): readonly HookName[] {
  return isTable(table.name.text) ? TABLE_HOOKS[table.name.text] : [];
}

function isBaseChain(table: TableState, name: string): boolean {
  return isHook(name) && baseChains(table).includes(name);
}

function addChain(table: TableState, name: Word): ChainState {
  const chain: ChainState = { name, rules: [] };
  table.chains.push(chain);
  table.byName.set(name.text, chain);
  return chain;
}

/** The chain of that name; made when it is missing, so that one mistake is reported once. */
function chainFor(setting: Setting, name: Word): ChainState {
  const known = setting.table.byName.get(name.text);
  if (known !== undefined) return known;
  if (!isBaseChain(setting.table, name.text)) reportMissing(setting, name);
  return addChain(setting.table, name);
}

function reportMissing({ table, report, form }: Setting, name: Word): void {
  const inTable = `table \`${table.name.text}\``;
  if (isHook(name.text)) {
    const names = baseChains(table).join(', ');
    report({
      kind: 'not-loadable',
      message: `${inTable} has no chain \`${name.text}\``,
      span: name,
      help: `its built-in chains are ${names}`,
    });
  } else if (form === 'shell') {
    const message = `chain \`${name.text}\` is used before it is made; made here`;
    report({ kind: 'warning', message, span: name, help: `run \`iptables -t ${table.name.text} -N ${name.text}\` first` });
  } else {
    const message = `no chain \`${name.text}\` in ${inTable}`;
    report({ kind: 'not-loadable', message, span: name, help: `declare it first: \`:${name.text} - [0:0]\` or \`-N ${name.text}\`` });
  }
}

function ruleOf(command: { readonly chain: Word; readonly words: readonly Word[] }, { span, line }: Origin): RuleNode {
  return { words: command.words, chain: command.chain, span, line };
}

/** A command that fails: iptables-restore gives up, a script goes on to its next line. */
function failed({ report, form }: Setting, finding: Omit<Finding, 'kind'>): false {
  report(
    form === 'shell'
      ? { ...finding, kind: 'warning', message: `this command fails: ${finding.message}` }
      : { ...finding, kind: 'not-loadable' },
  );
  return false;
}

function missing(setting: Setting, name: Word): false {
  return failed(setting, { message: `no chain \`${name.text}\` in table \`${setting.table.name.text}\``, span: name });
}

function editAt(setting: Setting, command: Command & { readonly kind: 'insert' | 'replace' | 'deleteAt' }, origin: Origin): boolean {
  const { rules } = chainFor(setting, command.chain);
  const last = command.kind === 'insert' ? rules.length + 1 : rules.length;
  if (command.at > last) {
    const rest = `chain \`${command.chain.text}\` has ${rules.length} rule${rules.length === 1 ? '' : 's'} here`;
    return failed(setting, { message: `rule number \`${command.at}\` is too big: ${rest}`, span: command.number ?? command.chain });
  }
  if (command.kind === 'deleteAt') rules.splice(command.at - 1, 1);
  else rules.splice(command.at - 1, command.kind === 'insert' ? 0 : 1, ruleOf(command, origin));
  return true;
}

function findRule({ table }: Setting, command: { readonly chain: Word; readonly words: readonly Word[] }): number {
  return table.byName.get(command.chain.text)?.rules.findIndex((rule) => sameRule(rule.words, command.words)) ?? -1;
}

function deleteRule(setting: Setting, command: { readonly chain: Word; readonly words: readonly Word[] }): boolean {
  const index = findRule(setting, command);
  const chain = setting.table.byName.get(command.chain.text);
  if (chain === undefined && !isBaseChain(setting.table, command.chain.text)) return missing(setting, command.chain);
  if (index >= 0) chain?.rules.splice(index, 1);
  else {
    const first = command.words[0] ?? command.chain;
    const span = { start: first.start, end: command.words.at(-1)?.end ?? first.end };
    failed(setting, {
      message: `no rule of chain \`${command.chain.text}\` reads like this`,
      span,
      help: 'write the rule as it was added, or give its number',
    });
  }
  return index >= 0;
}

function newChain(setting: Setting, name: Word, span: Span): boolean {
  const { table, report } = setting;
  const known = table.byName.get(name.text);
  if (known === undefined && !isBaseChain(table, name.text)) {
    if (nameIsFine(report, name)) addChain(table, name).span = span;
    return true;
  }
  if (known !== undefined && known.span === undefined && !isBaseChain(table, name.text)) {
    known.span = span;
    return true;
  }
  return failed(setting, { message: `chain \`${name.text}\` already exists in table \`${table.name.text}\``, span: name });
}

/** iptables xshared.c assert_valid_chain_name(); XT_EXTENSION_MAXNAMELEN is 29 with the closing zero. */
function nameIsFine(report: Report, name: Word): boolean {
  const { text } = name;
  if (/^[-!]/.test(text)) report({ kind: 'malformed', message: `chain name \`${text}\` must not start with \`${text[0]}\``, span: name });
  else if (text.length > 28) {
    report({ kind: 'not-loadable', message: `chain name \`${text}\` is too long`, span: name, help: 'at most 28 characters' });
  } else return true;
  return false;
}

function someChains(setting: Setting, name: Word | undefined): readonly ChainState[] {
  if (name === undefined) return setting.table.chains;
  const chain = setting.table.byName.get(name.text);
  if (chain === undefined && !isBaseChain(setting.table, name.text)) missing(setting, name);
  return chain === undefined ? [] : [chain];
}

function deleteChains(setting: Setting, name: Word | undefined): boolean {
  const { table } = setting;
  const wanted = (name === undefined ? table.chains : someChains(setting, name)).filter((chain) => !isBaseChain(table, chain.name.text));
  if (name !== undefined && isBaseChain(table, name.text)) {
    return failed(setting, { message: `chain \`${name.text}\` is built in and cannot be deleted`, span: name });
  }
  let done = true;
  for (const chain of [...wanted]) {
    const user = table.chains.flatMap((other) => other.rules).find((rule) => jumpOf(rule)?.text === chain.name.text);
    const why = chain.rules.length > 0 ? 'it is not empty' : user === undefined ? undefined : `line ${user.line} jumps to it`;
    if (why === undefined) {
      table.chains.splice(table.chains.indexOf(chain), 1);
      table.byName.delete(chain.name.text);
    } else done = failed(setting, { message: `chain \`${chain.name.text}\` cannot be deleted: ${why}`, span: name ?? chain.name });
  }
  return done;
}

function setPolicy(setting: Setting, name: Word, policy: Word): boolean {
  const { table, report } = setting;
  if (!isBaseChain(table, name.text)) {
    const message = `only built-in chains have a policy, \`${name.text}\` is none of table \`${table.name.text}\``;
    report({ kind: 'not-loadable', message, span: name });
  } else if (policy.text !== 'ACCEPT' && policy.text !== 'DROP') {
    report({ kind: 'malformed', message: `bad policy \`${policy.text}\``, span: policy, help: 'a policy is `ACCEPT` or `DROP`' });
  } else {
    chainFor(setting, name).policy = policy;
    return true;
  }
  return false;
}

function rename(setting: Setting, command: Command & { readonly kind: 'rename' }): boolean {
  const { table, report } = setting;
  const chain = table.byName.get(command.chain.text);
  if (chain === undefined || isBaseChain(table, command.chain.text)) return missing(setting, command.chain);
  if (table.byName.has(command.to.text))
    return failed(setting, { message: `chain \`${command.to.text}\` already exists`, span: command.to });
  if (!nameIsFine(report, command.to)) return false;
  table.byName.delete(command.chain.text);
  table.byName.set(command.to.text, chain);
  chain.name = command.to;
  for (const other of table.chains)
    other.rules = other.rules.map((rule) => renamed(rule, { from: command.chain.text, to: command.to.text }));
  return true;
}
