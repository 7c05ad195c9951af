/** Words of one rule -> options with decoded values, by the rules of getopt_long(3) as iptables 1.8.9 uses it.
 *  man    iptables(8)
 *  fact   a `-p tcp` loads the tcp match when the first option that only it knows is met; base options go by the word, not by its place */
import type { RuleNode, Word } from '../../syntax/ast.ts';
import type { Extension, GivenOption, TargetExtension } from '../extension.ts';
import { findMatch, findTarget } from '../registry.ts';
import { protocolMatchName } from '../shapes/word.ts';
import { type BaseOption, SHORT, SPELLING, takesArgument } from './baseOptions.ts';
import { type BaseState, setBaseOption } from './baseValues.ts';
import type { BindContext, BoundClause, BoundMatch, BoundRule, BoundTarget } from './boundRule.ts';
import { checkClause } from './checkClause.ts';
import { decodeOption } from './decodeOption.ts';
import { type Found, findByPrefix, findExactly } from './optionIndex.ts';
import { IMPLICIT_UNMODELLED, isKnownTarget } from './unmodelled.ts';

/** Mutable while its options are read. */
interface OpenClause {
  readonly name: string;
  readonly extension?: Extension;
  readonly given: Record<string, GivenOption>;
  readonly words: string[];
  opaque?: string;
  span: { start: number; end: number };
}

/** One entry of getopt's table: the clause that takes the options of this extension now. */
interface Loaded {
  readonly extension?: Extension;
  clause: OpenClause;
}

interface State extends BaseState {
  readonly words: readonly Word[];
  readonly context: BindContext;
  at: number;
  inverted: Word | undefined;
  readonly matches: OpenClause[];
  readonly loaded: Loaded[];
  target: { readonly kind: 'extension'; readonly clause: OpenClause } | { readonly kind: 'jump' | 'goto'; readonly word: Word } | undefined;
  implicitDone: boolean;
  failed: boolean;
}

/** The rule, or undefined when something in it was refused; all of its errors are reported. A rule for the other family is `skip`. */
export function bindRule(node: RuleNode, context: BindContext): BoundRule | 'skip' | undefined {
  const state = newState(node.words, context);
  while (state.at < state.words.length) {
    const word = state.words[state.at++] as Word;
    if (word.text === '!') negate(state, word);
    else if (word.text.startsWith('--') && word.text.length > 2) longOption(state, word);
    else if (word.text.startsWith('-') && word.text.length > 1 && word.text !== '--') shortOptions(state, word);
    else refuse(state, word, `bad argument \`${word.text}\``);
    if (state.base.family !== undefined && state.base.family !== context.family) return 'skip';
  }
  if (state.inverted !== undefined) refuse(state, state.inverted, 'nothing follows `!`');
  return finish(state);
}

function newState(words: readonly Word[], context: BindContext): State {
  return {
    words,
    context,
    at: 0,
    inverted: undefined,
    base: {},
    matches: [],
    loaded: [],
    target: undefined,
    implicitDone: false,
    failed: false,
  };
}

function refuse(state: State, span: Word, message: string, help?: string): void {
  state.failed = true;
  state.context.report({ kind: 'malformed', message, span, ...(help === undefined ? {} : { help }) });
}

function negate(state: State, word: Word): void {
  if (state.inverted !== undefined) refuse(state, word, 'two `!` in a row');
  state.inverted = word;
}

function longOption(state: State, word: Word): void {
  const equals = word.text.indexOf('=');
  const name = equals < 0 ? word.text : word.text.slice(0, equals);
  const attached = equals < 0 ? undefined : { ...word, text: word.text.slice(equals + 1), start: word.start + equals + 1 };
  const found = findOption(state, name);
  if (found === undefined) return unknownOption(state, word);
  if (found.kind === 'ambiguous') {
    refuse(state, word, `option \`${name}\` may be ${found.candidates.map((candidate) => `\`${candidate}\``).join(' or ')}`);
    skipValues(state);
  } else if (found.kind === 'base') baseOption(state, { option: found.option, word, attached });
  else if (found.loaded.extension === undefined) opaqueOption(state, found.loaded.clause, word);
  else extensionOption(state, { clause: found.loaded.clause, extension: found.loaded.extension, name: found.name, word, attached });
}

function findOption(state: State, name: string): Found<Loaded> | undefined {
  const exact = findExactly(name, state.loaded);
  if (exact !== undefined) return exact;
  const newest = state.loaded.at(-1);
  if (newest !== undefined && newest.extension === undefined) return { kind: 'extension', loaded: newest, name };
  const byPrefix = findByPrefix(name, state.loaded);
  if (byPrefix !== undefined) return byPrefix;
  if (loadProtocolMatch(state)) return findOption(state, name);
  const opaque = state.loaded.findLast(({ extension }) => extension === undefined);
  return opaque === undefined ? undefined : { kind: 'extension', loaded: opaque, name };
}

/** iptables xshared.c load_proto() */
function loadProtocolMatch(state: State): boolean {
  const proto = state.base.proto;
  if (proto === undefined || state.implicitDone) return false;
  state.implicitDone = true;
  const name = protocolMatchName(proto.value);
  if (name === undefined) return false;
  const extension = findMatch(name);
  if (extension === undefined && !IMPLICIT_UNMODELLED.has(name)) return false;
  if (extension !== undefined && !extension.families.includes(state.context.family)) return false;
  openMatch(state, extension?.name ?? name, proto.span);
  return true;
}

function openMatch(state: State, name: string, span: { readonly start: number; readonly end: number }): void {
  const extension = findMatch(name);
  if (extension !== undefined && !extension.families.includes(state.context.family)) {
    state.failed = true;
    state.context.report({ kind: 'not-loadable', message: `there is no match \`${name}\` for IPv${state.context.family}`, span });
  }
  const clause = openClause(extension?.name ?? name, extension, span);
  if (extension === undefined) clause.opaque = `match \`${name}\``;
  state.matches.push(clause);
  const again = state.loaded.find((entry) => entry.clause.name === clause.name && entry.extension === extension);
  if (again === undefined) state.loaded.push(extension === undefined ? { clause } : { extension, clause });
  else again.clause = clause;
}

function openClause(name: string, extension: Extension | undefined, span: { readonly start: number; readonly end: number }): OpenClause {
  const clause = { name, given: {}, words: [], span: { start: span.start, end: span.end } };
  return extension === undefined ? clause : { ...clause, extension };
}

function unknownOption(state: State, word: Word): void {
  const proto = state.base.proto;
  refuse(
    state,
    word,
    `unknown option \`${word.text}\``,
    proto === undefined ? 'an option of a match follows its `-m`, or `-p` of its protocol' : undefined,
  );
  state.inverted = undefined;
  skipValues(state);
}

function skipValues(state: State): void {
  while (state.at < state.words.length && !/^(-.|!$)/.test((state.words[state.at] as Word).text)) state.at++;
}

/** An option of an extension that is not modelled: it and all words up to the next option are kept as they are. */
function opaqueOption(state: State, clause: OpenClause, word: Word): void {
  if (state.inverted !== undefined) clause.words.push('!');
  state.inverted = undefined;
  const from = state.at;
  skipValues(state);
  clause.words.push(word.text, ...state.words.slice(from, state.at).map(({ text }) => text));
  clause.span.end = (state.words[state.at - 1] ?? word).end;
}

interface ExtensionOption {
  readonly clause: OpenClause;
  readonly extension: Extension;
  readonly name: string;
  readonly word: Word;
  readonly attached: Word | undefined;
}

function extensionOption(state: State, { clause, extension, name, word, attached }: ExtensionOption): void {
  const spec = extension.options[name];
  if (spec === undefined) return;
  let inverted = state.inverted !== undefined;
  state.inverted = undefined;
  if (attached !== undefined && spec.value.length === 0) refuse(state, word, `option \`${name}\` takes no value`);
  const values = attached === undefined ? [] : [attached];
  if (isIntraposed(state, values.length < spec.value.length && spec.invertible === true, word, inverted)) inverted = true;
  while (values.length < spec.value.length) {
    const value = state.words[state.at];
    // getopt takes the first argument as it comes; further ones are fetched by hand and may not look like options
    if (value === undefined || (values.length > 0 && /^(-|!$)/.test(value.text))) {
      return refuse(state, word, `option \`${word.text}\` needs ${spec.value.length === 1 ? 'a value' : `${spec.value.length} values`}`);
    }
    values.push(value);
    state.at++;
  }
  clause.span.end = (values.at(-1) ?? word).end;
  if (inverted && spec.invertible !== true) refuse(state, word, `option \`${name}\` cannot be inverted`);
  if (clause.given[name] !== undefined) refuse(state, word, `option \`${name}\` is given twice`);
  clause.words.push(...(inverted ? ['!'] : []), name, ...values.map(({ text }) => text));
  const option = decodeOption({ name, spec, inverted, values, word }, state.context);
  if (option === undefined) state.failed = true;
  else if ('opaque' in option) clause.opaque ??= option.opaque;
  else clause.given[name] = option;
}

/** `--dport ! 80`, which iptables before 1.4 wrote and 1.8.9 no longer reads. */
function isIntraposed(state: State, possible: boolean, word: Word, inverted: boolean): boolean {
  const next = state.words[state.at];
  if (!possible || next?.text !== '!' || next.quoted || state.at + 1 >= state.words.length) return false;
  state.at++;
  if (inverted) refuse(state, next, 'two `!` for one option');
  const help = `write \`! ${word.text}\``;
  state.context.report({ kind: 'warning', message: `iptables 1.8.9 refuses \`!\` behind \`${word.text}\``, span: next, help });
  return true;
}

function shortOptions(state: State, word: Word): void {
  for (let at = 1; at < word.text.length; at++) {
    const option = SHORT.get(word.text.charAt(at));
    if (option === undefined) return refuse(state, word, `unknown option \`-${word.text.charAt(at)}\``);
    if (!takesArgument(option) || at === word.text.length - 1) {
      baseOption(state, { option, word, attached: undefined });
      continue;
    }
    return baseOption(state, { option, word, attached: { ...word, text: word.text.slice(at + 1), start: word.start + at + 1 } });
  }
}

interface GivenBase {
  readonly option: BaseOption;
  readonly word: Word;
  readonly attached: Word | undefined;
}

/** iptables 1.8.9 reads the value of these from the whole word, so that an attached one is wrong there. */
const SPOILT_WHEN_ATTACHED: readonly BaseOption[] = ['source', 'destination', 'protocol', 'in-interface', 'out-interface', 'jump'];

function baseOption(state: State, { option, word, attached }: GivenBase): void {
  const spelling = SPELLING[option];
  if (option === 'refused') return refuse(state, word, `option \`${word.text}\` does not belong into a rule`);
  if (attached !== undefined && !takesArgument(option)) return refuse(state, word, `option \`${spelling}\` takes no value`);
  if (attached !== undefined && SPOILT_WHEN_ATTACHED.includes(option)) {
    const help = `write \`${spelling} ${attached.text}\``;
    state.context.report({ kind: 'warning', message: `iptables 1.8.9 misreads the value in \`${word.text}\``, span: word, help });
  }
  const invertible = option !== 'jump' && option !== 'goto' && option !== 'match' && option !== 'set-counters' && takesArgument(option);
  let inverted = state.inverted !== undefined;
  state.inverted = undefined;
  if (isIntraposed(state, attached === undefined && invertible, word, inverted)) inverted = true;
  if (inverted && !invertible && option !== 'fragments') refuse(state, word, `\`!\` cannot stand before \`${spelling}\``);
  const value = attached ?? (takesArgument(option) ? state.words[state.at++] : word);
  if (value === undefined) return refuse(state, word, `option \`${spelling}\` needs a value`);
  if (option === 'match') return openMatch(state, value.text, value);
  if (option === 'jump' || option === 'goto') return openTarget(state, option, value);
  if (option === 'set-counters') return counters(state, value);
  if (!setBaseOption(state, { option, value, inverted })) state.failed = true;
}

/** `-c PACKETS BYTES`: read and not kept. */
function counters(state: State, packets: Word): void {
  const bytes = state.words[state.at];
  if (bytes === undefined || !/^\d+$/.test(bytes.text) || !/^\d+$/.test(packets.text))
    return refuse(state, packets, '`-c` needs a packet and a byte counter');
  state.at++;
}

function openTarget(state: State, option: 'jump' | 'goto', word: Word): void {
  if (state.target !== undefined) return refuse(state, word, 'a rule has only one target', 'split it into two rules');
  const { context } = state;
  const extension = option === 'goto' ? undefined : findTarget(word.text);
  if (extension === undefined && (option === 'goto' || context.isChain(word.text) || !isKnownTarget(word.text))) {
    state.target = { kind: option, word };
    return;
  }
  if (extension !== undefined && !extension.families.includes(context.family))
    refuse(state, word, `there is no target \`${word.text}\` for IPv${context.family}`);
  const clause = openClause(word.text, extension, word);
  if (extension === undefined) clause.opaque = `target \`${word.text}\``;
  state.loaded.push(extension === undefined ? { clause } : { extension, clause });
  state.target = { kind: 'extension', clause };
}

function finish(state: State): BoundRule | undefined {
  const { base, context } = state;
  const rule = { ...base, matches: state.matches as readonly BoundMatch[] };
  const target = boundTarget(state);
  for (const clause of [...state.matches, ...(state.target?.kind === 'extension' ? [state.target.clause] : [])]) {
    if (!checkClause(clause, { rule, context })) state.failed = true;
  }
  if (target !== undefined && target.kind !== 'extension' && !context.isChain(target.chain)) {
    state.failed = true;
    const message =
      target.kind === 'goto'
        ? `\`-g ${target.chain}\` needs a chain of this name`
        : `\`${target.chain}\` is neither a chain of this table nor a target`;
    context.report({ kind: 'not-loadable', message, span: target.span });
  }
  return state.failed ? undefined : target === undefined ? rule : { ...rule, target };
}

function boundTarget({ target }: State): BoundTarget | undefined {
  if (target === undefined) return undefined;
  if (target.kind === 'extension') return { kind: 'extension', ...(target.clause as BoundClause<TargetExtension>) };
  return { kind: target.kind, chain: target.word.text, span: target.word };
}
