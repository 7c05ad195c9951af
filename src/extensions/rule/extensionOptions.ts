/** Long options: of an extension, of an extension that is not modelled, or base options by their long names. */
import type { Word } from '../../syntax/iptables/ast.ts';
import { type Extension, type ExtensionOptionSpec, elementKey } from '../contract/extension.ts';
import { baseOption } from './baseOption.ts';
import { decodeOption } from './decodeOption.ts';
import { intraposed } from './intraposed.ts';
import { isSlip, loadProtocolMatch } from './openClauses.ts';
import { type FoundOption, findByPrefix, findExactly } from './optionIndex.ts';
import {
  type LoadedExtension,
  looksLikeOption,
  type OpenClause,
  type Refused,
  type RuleState,
  refuse,
  skipValues,
  takeInversion,
} from './ruleState.ts';

export function longOption(state: RuleState, word: Word): void {
  const equals = word.text.indexOf('=');
  const name = equals < 0 ? word.text : word.text.slice(0, equals);
  const attached = equals < 0 ? undefined : { ...word, text: word.text.slice(equals + 1), start: word.start + equals + 1 };
  const found = inIpv6Legacy(state, word, findOption(state, name)) ?? newerOption(state, name);
  if (found?.kind === 'base') baseOption(state, { option: found.option, word, attached });
  else if (found?.kind === 'extension') {
    const { extension, clause } = found.loaded;
    if (extension === undefined || clause.stranger) opaqueOption(state, clause, word);
    else extensionOption(state, { clause, extension, name: found.name, word, attached });
  } else {
    if (found === undefined)
      refuse(state, { span: word, code: 'unknown-option', message: `unknown option \`${name}\``, help: unknownHelp(state, name) });
    else
      refuse(state, {
        span: word,
        code: 'unknown-option',
        message: `option \`${name}\` may be ${found.candidates.map((text) => `\`${text}\``).join(' or ')}`,
      });
    takeInversion(state);
    skipValues(state);
  }
}

/** ip6tables-nft knows `--fragments` and finds it ambiguous. */
function inIpv6Legacy(
  state: RuleState,
  word: Word,
  found: FoundOption<LoadedExtension> | undefined,
): FoundOption<LoadedExtension> | undefined {
  if (found?.kind !== 'ambiguous' || found.withoutFragments === undefined || state.context.family === 4) return found;
  const message = `iptables-nft refuses \`${word.text}\`, which may be ${found.candidates.map((text) => `\`${text}\``).join(' or ')}`;
  state.context.report({ kind: 'warning', message, refusedBy: 'nft', span: word, help: 'write the name in full' });
  return found.withoutFragments;
}

const PORT_OPTIONS: readonly string[] = ['--dport', '--sport', '--destination-port', '--source-port'];

function unknownHelp({ base }: RuleState, name: string): string {
  if (PORT_OPTIONS.includes(name) && base.proto === undefined) return 'put `-p tcp` or `-p udp` before it';
  return 'an option follows the `-m`, `-j` or `-p` that it belongs to';
}

/** In saved text: an option of the last extension that its later versions have. */
function newerOption({ saved, loaded }: RuleState, name: string): FoundOption<LoadedExtension> | undefined {
  const newest = loaded.at(-1);
  if (!saved || newest === undefined) return undefined;
  if (loaded.some(({ extension }) => [...(extension?.spellings.keys() ?? [])].some((known) => isSlip(name, known)))) return undefined;
  const { clause } = newest;
  clause.stranger = true;
  clause.opaque ??= `option \`${name}\` of \`${clause.name}\``;
  return { kind: 'extension', loaded: newest, name };
}

/** As getopt_long(3) finds it among what is loaded by now; an unknown one may belong to the match of `-p`, or to an unknown extension. */
function findOption(state: RuleState, name: string): FoundOption<LoadedExtension> | undefined {
  const stranger = state.loaded.at(-1);
  // iptables-save writes base options in their short forms, and the options of an extension after its name
  if (stranger?.clause.stranger === true) return { kind: 'extension', loaded: stranger, name };
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

/** The option and all words up to the next option are kept as they are. */
function opaqueOption(state: RuleState, clause: OpenClause, word: Word): void {
  const inversion = takeInversion(state);
  const from = state.at;
  skipValues(state);
  if (inversion !== undefined) clause.words.push(inversion);
  clause.words.push(word, ...state.words.slice(from, state.at));
  clause.span.end = (state.words[state.at - 1] ?? word).end;
}

interface ExtensionOption {
  readonly clause: OpenClause;
  readonly extension: Extension;
  readonly name: string;
  readonly word: Word;
  readonly attached: Word | undefined;
}

function extensionOption(state: RuleState, option: ExtensionOption): void {
  const { clause, extension, name, word, attached } = option;
  const spec = extension.options[name] as ExtensionOptionSpec;
  const before = takeInversion(state);
  const mayFollow = attached === undefined && spec.invertible === true && spec.value.length > 0;
  const inversion = (mayFollow ? intraposed(state, word, before) : undefined) ?? before;
  const inverted = inversion !== undefined;
  const key = keyOf(option);
  const values = takeValues(state, spec, option);
  const problem = valueProblem({ spec, option, values, inverted, again: clause.given[key] !== undefined && spec.repeatable !== true });
  clause.span.end = (values?.at(-1) ?? word).end;
  if (problem !== undefined) refuse(state, { span: word, ...problem });
  else if (spec.opensElement === true) clause.element++;
  const given = values === undefined ? undefined : decodeOption({ name, spec, inverted, values, word }, state.context);
  if (given === undefined || problem !== undefined) {
    clause.broken = true;
    state.failed = true;
  } else if ('opaque' in given) clause.opaque ??= given.opaque;
  else if (clause.given[key]?.inverted !== true) clause.given[key] = given;
  if (inversion !== undefined) clause.words.push(inversion);
  clause.words.push({ ...word, text: name }, ...(values ?? []));
}

/** getopt takes the first argument as it comes; further ones are fetched by hand and may not look like options. */
function takeValues(
  state: RuleState,
  { value, optional }: ExtensionOptionSpec,
  { attached }: ExtensionOption,
): readonly Word[] | undefined {
  const following = state.words[state.at];
  if (optional === true && (following === undefined || looksLikeOption(following))) return [];
  const values = attached === undefined ? [] : [attached];
  while (values.length < value.length) {
    const next = state.words[state.at];
    if (next === undefined || (values.length > 0 && looksLikeOption(next))) return undefined;
    values.push(next);
    state.at++;
  }
  return values;
}

interface Taken {
  readonly spec: ExtensionOptionSpec;
  readonly option: ExtensionOption;
  readonly values: readonly Word[] | undefined;
  readonly inverted: boolean;
  /** it was given before */
  readonly again: boolean;
}

function valueProblem({
  spec,
  option: { name, attached, word },
  values,
  inverted,
  again,
}: Taken): Pick<Refused, 'code' | 'message'> | undefined {
  if (attached !== undefined && (spec.value.length === 0 || spec.optional === true))
    return { code: 'bad-argument', message: `option \`${name}\` takes no value` };
  const wanted = spec.value.length === 1 ? 'a value' : `${spec.value.length} values`;
  if (values === undefined) return { code: 'missing-value', message: `option \`${word.text}\` needs ${wanted}` };
  if (inverted && spec.invertible !== true) return { code: 'bad-negation', message: `option \`${name}\` cannot be inverted` };
  return again ? { code: 'repeated-option', message: `option \`${name}\` is given twice` } : undefined;
}

/** Where `given` has an option: those of further elements do not hide those of the first. */
function keyOf({ extension, clause, name }: ExtensionOption): string {
  const { opensElement, perElement } = extension.options[name] as ExtensionOptionSpec;
  return opensElement === true || perElement === true ? elementKey(name, clause.element) : name;
}
