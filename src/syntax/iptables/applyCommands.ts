/** Carries the commands of a text out, in order, so that chains hold the rules that the kernel would. */
import { plural } from '../../lib/plural.ts';
import type { RuleNode } from './ast.ts';
import { deleteChains, flushChains, newChain, rename, setPolicy } from './chainCommands.ts';
import type { RuleCommand, RuleText } from './commands.ts';
import { chainFor, failed, isBaseChain, missing, type RuleOrigin, type Setting } from './openTables.ts';
import { oneAddressEach, readsAlike } from './ruleWords.ts';

/** Carries out `command`; false when it fails as a check does. */
export function carryOut(setting: Setting, command: RuleCommand, origin: RuleOrigin): boolean {
  switch (command.kind) {
    case 'append':
      for (const rule of rulesOf(command, origin)) appendRule(setting, rule);
      return true;
    case 'insert':
    case 'replace':
    case 'deleteAt':
      return editAt(setting, command, origin);
    case 'check':
      return oneAddressEach(command.words).every((words) => findRule(setting, { ...command, words }) >= 0);
    case 'delete':
      return deleteRule(setting, command);
    case 'newChain':
      return newChain(setting, command.chain, origin.span);
    case 'flush':
      return flushChains(setting, command.chain);
    case 'deleteChain':
      return deleteChains(setting, command.chain);
    case 'policy':
      return setPolicy(setting, command.chain, command.policy);
    case 'rename':
      return rename(setting, command);
    case 'look':
      return command.chain === undefined || isThere(setting, command.chain.text);
  }
}

function isThere({ table }: Setting, chain: string): boolean {
  return table.byName.has(chain) || isBaseChain(table, chain);
}

export function appendRule(setting: Setting, rule: RuleNode): void {
  chainFor(setting, rule.chain).rules.push(rule);
}

/** One for each address. */
function rulesOf(command: RuleText, { span, line, block }: RuleOrigin): readonly RuleNode[] {
  return oneAddressEach(command.words).map((words) => {
    const rule = { words, chain: command.chain, span, line };
    // whether a kernel printed the block is known at its end
    return block === undefined ? rule : Object.defineProperty(rule, 'saved', { enumerable: true, get: () => block.saved });
  });
}

function editAt(
  setting: Setting,
  command: RuleCommand & { readonly kind: 'insert' | 'replace' | 'deleteAt' },
  origin: RuleOrigin,
): boolean {
  const { rules } = chainFor(setting, command.chain);
  const last = command.kind === 'insert' ? rules.length + 1 : rules.length;
  if (command.at > last) {
    const rest = `chain \`${command.chain.text}\` has ${plural(rules.length, 'rule')} here`;
    return failed(setting, {
      code: 'no-such-rule',
      message: `rule number \`${command.at}\` is too big: ${rest}`,
      span: command.number ?? command.chain,
    });
  }
  if (command.kind === 'deleteAt') {
    rules.splice(command.at - 1, 1);
    return true;
  }
  const made = rulesOf(command, origin);
  if (command.kind === 'replace' && made.length > 1) {
    return failed(setting, {
      code: 'several-targets',
      message: 'one rule cannot be replaced by one for several addresses',
      span: origin.span,
    });
  }
  // each is inserted at that place, before the one before it
  rules.splice(command.at - 1, command.kind === 'insert' ? 0 : 1, ...made.toReversed());
  return true;
}

/** The first rule that is the same to the kernel. */
function findRule(setting: Setting, { chain, words }: RuleText): number {
  const { meaning, table, family } = setting;
  const { rules = [] } = table.byName.get(chain.text) ?? {};
  const meant = meaning?.({ words, chain, span: chain, line: 1, saved: false }, { table, family });
  return rules.findIndex((rule) => {
    const own = meant === undefined ? undefined : meaning?.(rule, { table, family });
    return own === undefined || meant === undefined ? readsAlike(rule.words, words) : isEqual(own, meant);
  });
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}

function deleteRule(setting: Setting, command: RuleText): boolean {
  const chain = setting.table.byName.get(command.chain.text);
  if (chain === undefined && !isBaseChain(setting.table, command.chain.text)) return missing(setting, command.chain);
  const before = [...(chain?.rules ?? [])];
  const isDone = oneAddressEach(command.words).every((words) => {
    const index = findRule(setting, { ...command, words });
    if (index >= 0) chain?.rules.splice(index, 1);
    return index >= 0;
  });
  if (!isDone) {
    if (chain !== undefined) chain.rules = before;
    const first = command.words[0] ?? command.chain;
    const span = { start: first.start, end: command.words.at(-1)?.end ?? first.end };
    failed(setting, {
      code: 'no-such-rule',
      message: `no rule of chain \`${command.chain.text}\` reads like this`,
      span,
      help: 'write the rule as it was added, or give its number',
    });
  }
  return isDone;
}
