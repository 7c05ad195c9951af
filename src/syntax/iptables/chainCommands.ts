/** Commands on chains: -N, -X, -F, -P, -E, and the `:CHAIN` lines of a dump. man iptables; iptables libiptc, nft.c */

import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { Word } from './ast.ts';
import type { RuleCommand } from './commands.ts';
import { addChain, type ChainState, chainFor, failed, isBaseChain, missing, type Setting } from './openTables.ts';
import { jumpOf, renamed } from './ruleWords.ts';

/** `:CHAIN POLICY` of a dump. A second one is an error of iptables-legacy-restore alone. */
export function declareChain(
  setting: Setting,
  { chain, policy, span }: { readonly chain: Word; readonly policy: Word; readonly span: Span },
): void {
  const { table, report } = setting;
  const known = table.byName.get(chain.text);
  if (known !== undefined && setting.adds === true) {
    if (!isBaseChain(table, chain.text)) known.rules = [];
  } else if (known?.span !== undefined) {
    report({
      kind: 'warning',
      code: 'chain-exists',
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
      code: 'bad-policy',
      message: `policy \`${policy.text}\` of \`${chain.text}\` has no effect: it is not a built-in chain of table \`${table.name.text}\``,
      span: policy,
      help: 'iptables-legacy-restore refuses this; write `-` as the policy',
    });
}

export function newChain(setting: Setting, name: Word, span: Span): boolean {
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
  return failed(setting, {
    code: 'chain-exists',
    message: `chain \`${name.text}\` already exists in table \`${table.name.text}\``,
    span: name,
  });
}

/** iptables xshared.c assert_valid_chain_name(); XT_EXTENSION_MAXNAMELEN is 29 with the closing zero. */
function nameIsFine(report: ProblemSink, name: Word): boolean {
  const { text } = name;
  if (/^[-!]/.test(text))
    report({ kind: 'malformed', code: 'chain-name', message: `chain name \`${text}\` must not start with \`${text[0]}\``, span: name });
  else if (text.length > 28) {
    report({
      kind: 'not-loadable',
      code: 'chain-name',
      message: `chain name \`${text}\` is too long`,
      span: name,
      help: 'at most 28 characters',
    });
  } else return true;
  return false;
}

function someChains(setting: Setting, name: Word | undefined): readonly ChainState[] {
  if (name === undefined) return setting.table.chains;
  const chain = setting.table.byName.get(name.text);
  if (chain === undefined && !isBaseChain(setting.table, name.text)) missing(setting, name);
  return chain === undefined ? [] : [chain];
}

export function flushChains(setting: Setting, name: Word | undefined): boolean {
  const chains = someChains(setting, name);
  for (const chain of chains) chain.rules = [];
  return name === undefined || chains.length > 0 || isBaseChain(setting.table, name.text);
}

export function deleteChains(setting: Setting, name: Word | undefined): boolean {
  const { table } = setting;
  const wanted = (name === undefined ? table.chains : someChains(setting, name)).filter((chain) => !isBaseChain(table, chain.name.text));
  if (name !== undefined && isBaseChain(table, name.text)) {
    return failed(setting, {
      code: 'chain-not-deletable',
      message: `chain \`${name.text}\` is built in and cannot be deleted`,
      span: name,
    });
  }
  // fact: all of them or none
  for (const chain of wanted) {
    const user = table.chains.flatMap((other) => other.rules).find((rule) => jumpOf(rule)?.text === chain.name.text);
    const why = chain.rules.length > 0 ? 'it is not empty' : user === undefined ? undefined : `line ${user.line} jumps to it`;
    if (why !== undefined)
      return failed(setting, {
        code: 'chain-not-deletable',
        message: `chain \`${chain.name.text}\` cannot be deleted: ${why}`,
        span: name ?? chain.name,
      });
  }
  for (const chain of wanted) {
    table.chains.splice(table.chains.indexOf(chain), 1);
    table.byName.delete(chain.name.text);
  }
  return name === undefined || wanted.length > 0;
}

export function setPolicy(setting: Setting, name: Word, policy: Word): boolean {
  const { table, report } = setting;
  if (!isBaseChain(table, name.text)) {
    const message = `only built-in chains have a policy, \`${name.text}\` is not one of table \`${table.name.text}\``;
    report({ kind: 'not-loadable', code: 'bad-policy', message, span: name });
  } else if (policy.text !== 'ACCEPT' && policy.text !== 'DROP') {
    report({
      kind: 'malformed',
      code: 'bad-policy',
      message: `bad policy \`${policy.text}\``,
      span: policy,
      help: 'a policy is `ACCEPT` or `DROP`',
    });
  } else {
    chainFor(setting, name).policy = policy;
    return true;
  }
  return false;
}

export function rename(setting: Setting, command: RuleCommand & { readonly kind: 'rename' }): boolean {
  const { table, report } = setting;
  const chain = table.byName.get(command.chain.text);
  if (chain === undefined || isBaseChain(table, command.chain.text)) return missing(setting, command.chain);
  if (table.byName.has(command.to.text))
    return failed(setting, { code: 'chain-exists', message: `chain \`${command.to.text}\` already exists`, span: command.to });
  if (!nameIsFine(report, command.to)) return false;
  table.byName.delete(command.chain.text);
  table.byName.set(command.to.text, chain);
  chain.name = command.to;
  for (const other of table.chains)
    other.rules = other.rules.map((rule) => renamed(rule, { from: command.chain.text, to: command.to.text }));
  return true;
}
