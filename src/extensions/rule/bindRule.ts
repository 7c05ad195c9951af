/** Words of one rule -> options with decoded values, by the rules of getopt_long(3) as iptables 1.8.9 uses it.
 *  man    iptables(8)
 *  fact   `-p tcp` loads the tcp match when the first option that only this match knows is met, and at that place */
import type { RuleNode, Word } from '../../syntax/iptables/ast.ts';
import type { TargetExtension } from '../contract/extension.ts';
import { shortOptions } from './baseOption.ts';
import type { BindContext, BoundClause, BoundMatch, BoundRule, BoundTarget } from './boundRule.ts';
import { checkClause } from './checkClause.ts';
import { longOption } from './extensionOptions.ts';
import { newRuleState, type RuleState, refuse } from './ruleState.ts';

/** The rule, or undefined when something in it was refused; all of its errors are reported. `skip`: a rule for the other family. */
export function bindRule(node: RuleNode, context: BindContext): BoundRule | 'skip' | undefined {
  const state = newRuleState(node, context);
  while (state.at < state.words.length) {
    const word = state.words[state.at++] as Word;
    const { text } = word;
    if (text === '!') negate(state, word);
    else if (text.startsWith('--') && text.length > 2) longOption(state, word);
    else if (text.startsWith('-') && text.length > 1 && text !== '--') shortOptions(state, word);
    else refuse(state, { span: word, code: 'bad-argument', message: `bad argument \`${text}\`` });
    if (state.base.family !== undefined && state.base.family !== context.family) return 'skip';
  }
  if (state.inverted !== undefined) refuse(state, { span: state.inverted, code: 'bad-negation', message: 'nothing follows `!`' });
  const bound = finish(state);
  return bound === undefined || node.hides === undefined ? bound : { ...bound, hides: node.hides };
}

function negate(state: RuleState, word: Word): void {
  if (state.inverted !== undefined) refuse(state, { span: word, code: 'bad-negation', message: 'two `!` in a row' });
  state.inverted = word;
}

function finish(state: RuleState): BoundRule | undefined {
  const { matches, context } = state;
  const { source, destination, iif, oif, proto, fragment } = state.base;
  const around = { proto, matches };
  for (const clause of matches) if (!checkClause(clause, around, context)) state.failed = true;
  if (state.target?.kind === 'extension' && !checkClause(state.target.clause, around, context)) state.failed = true;
  if ((source?.inverted || destination?.inverted) && (source?.value.length ?? 1) * (destination?.value.length ?? 1) > 1) {
    const span = (source?.inverted ? source : destination)?.span ?? { start: 0, end: 0 };
    refuse(state, { span, code: 'bad-negation', message: '`!` does not go with several addresses', help: 'write one rule for each' });
  }
  const target = boundTarget(state);
  if (state.failed) return undefined;
  return { source, destination, iif, oif, proto, fragment, matches: matches as readonly BoundMatch[], target };
}

const CHAIN = { kind: 'chain' } as const;

function boundTarget(state: RuleState): BoundTarget | undefined {
  const { target, context } = state;
  if (target === undefined) return undefined;
  if (target.kind === 'extension') return { kind: 'extension', clause: target.clause as BoundClause<TargetExtension> };
  const written = target.word.text;
  const chain = context.chainNamed(written);
  if (chain === undefined) {
    const message =
      target.kind === 'goto'
        ? `\`-g ${written}\` needs a chain of this table`
        : `\`${written}\` is neither a chain of this table nor a target`;
    refuse(state, { kind: 'not-loadable', code: target.kind === 'goto' ? 'unknown-chain' : 'unknown-target', span: target.word, message });
  } else context.taken?.(target.word, CHAIN);
  return { kind: target.kind, chain: chain ?? written, span: target.word };
}
