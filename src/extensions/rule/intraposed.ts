/** `-d ! ADDRESS`: the order of iptables before 1.4, which 1.8.9 no longer reads and old files still have. */
import type { Word } from '../../syntax/iptables/ast.ts';
import { looksLikeOption, type RuleState, refuse } from './ruleState.ts';

/** Takes a `!` that stands between `option` and its value. */
export function intraposed(state: RuleState, option: Word, before: Word | undefined): Word | undefined {
  const next = state.words[state.at];
  const afterNext = state.words[state.at + 1];
  if (next?.text !== '!' || next.quoted || afterNext === undefined || looksLikeOption(afterNext)) return undefined;
  state.at++;
  if (before !== undefined) refuse(state, { span: next, code: 'bad-negation', message: `two \`!\` for \`${option.text}\`` });
  const message = `iptables 1.8.9 refuses \`!\` after \`${option.text}\``;
  state.context.report({ kind: 'warning', message, refusedBy: 'both', span: next, help: `write \`! ${option.text}\`` });
  return next;
}
