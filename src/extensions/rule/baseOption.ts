/** The options that need no extension, by short or long name. */
import type { Word } from '../../syntax/iptables/ast.ts';
import { type BaseOption, SHORT, SPELLING, takesArgument } from './baseOptions.ts';
import { setBaseOption } from './baseValues.ts';
import { intraposed } from './intraposed.ts';
import { openMatch, openTarget } from './openClauses.ts';
import { type Refused, type RuleState, refuse, takeInversion } from './ruleState.ts';

/** `-s`, `-sADDRESS`, `-fj ACCEPT` */
export function shortOptions(state: RuleState, word: Word): void {
  for (let at = 1; at < word.text.length; at++) {
    const option = SHORT.get(word.text.charAt(at));
    if (option === undefined) {
      refuse(state, { span: word, code: 'unknown-option', message: `unknown option \`-${word.text.charAt(at)}\`` });
      return;
    }
    if (takesArgument(option) && at < word.text.length - 1) {
      baseOption(state, { option, word, attached: { ...word, text: word.text.slice(at + 1), start: word.start + at + 1 } });
      return;
    }
    baseOption(state, { option, word, attached: undefined });
  }
}

interface GivenBase {
  readonly option: BaseOption;
  readonly word: Word;
  readonly attached: Word | undefined;
}

/** iptables 1.8.9 takes the whole word for the value of these when the value is attached. */
const MISREAD_WHEN_ATTACHED: readonly BaseOption[] = ['source', 'destination', 'protocol', 'in-interface', 'out-interface', 'jump'];
const NOT_INVERTIBLE: readonly BaseOption[] = ['jump', 'goto', 'match', 'set-counters', 'verbose', 'ipv4', 'ipv6'];

export function baseOption(state: RuleState, given: GivenBase): void {
  const { option, word, attached } = given;
  const spelling = SPELLING[option];
  const before = takeInversion(state);
  const problem = misuse(given, before !== undefined);
  if (problem !== undefined) {
    refuse(state, { span: word, ...problem });
    if (attached === undefined && takesArgument(option)) state.at++;
    return;
  }
  if (attached !== undefined && MISREAD_WHEN_ATTACHED.includes(option)) {
    const message = `iptables 1.8.9 misreads the value in \`${word.text}\``;
    state.context.report({ kind: 'warning', code: 'bad-value', message, span: word, help: `write \`${spelling} ${attached.text}\`` });
  }
  const mayBeIntraposed = attached === undefined && takesArgument(option) && !NOT_INVERTIBLE.includes(option);
  const inverted = ((mayBeIntraposed ? intraposed(state, word, before) : undefined) ?? before) !== undefined;
  const value = attached ?? (takesArgument(option) ? state.words[state.at++] : word);
  if (value === undefined) refuse(state, { span: word, code: 'missing-value', message: `option \`${spelling}\` needs a value` });
  else if (option === 'match') openMatch(state, value.text, value);
  else if (option === 'jump' || option === 'goto') openTarget(state, option, value);
  else if (option === 'set-counters') counters(state, value);
  else if (!setBaseOption(state, { option, value, inverted })) state.failed = true;
}

function misuse({ option, word, attached }: GivenBase, inverted: boolean): Pick<Refused, 'code' | 'message'> | undefined {
  if (option === 'refused') return { code: 'bad-argument', message: `option \`${word.text}\` does not belong into a rule` };
  if (attached !== undefined && !takesArgument(option))
    return { code: 'bad-argument', message: `option \`${SPELLING[option]}\` takes no value` };
  if (!inverted || !NOT_INVERTIBLE.includes(option)) return undefined;
  return { code: 'bad-negation', message: `\`!\` cannot come before \`${SPELLING[option]}\`` };
}

/** `-c PACKETS BYTES`: read and not kept. */
function counters(state: RuleState, packets: Word): void {
  const bytes = state.words[state.at];
  if (bytes !== undefined && /^\d+$/.test(bytes.text) && /^\d+$/.test(packets.text)) state.at++;
  else refuse(state, { span: packets, code: 'bad-counters', message: '`-c` needs a packet and a byte counter' });
}
