/** What is known of a rule while its words are read. */

import type { RuleNode, Word } from '../../syntax/iptables/ast.ts';
import type { DiagnosticCode } from '../../syntax/text/codes.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Extension, GivenOption } from '../contract/extension.ts';
import type { BaseState } from './baseValues.ts';
import type { BindContext } from './boundRule.ts';

/** A `-m` or `-j` whose options are being read. */
export interface OpenClause {
  readonly name: string;
  readonly extension: Extension | undefined;
  readonly given: Record<string, GivenOption>;
  /** options as written */
  readonly words: Word[];
  opaque: string | undefined;
  /** what this is was never heard of, but a kernel has loaded it */
  stranger: boolean;
  /** which of its elements is being read */
  element: number;
  /** an option of it was refused: what is missing is then not worth a word */
  broken: boolean;
  readonly span: { start: number; end: number };
}

/** One entry of getopt's table: the clause that takes the options of this extension now. */
export interface LoadedExtension {
  readonly extension: Extension | undefined;
  clause: OpenClause;
}

export type OpenTarget =
  | { readonly kind: 'extension'; readonly clause: OpenClause }
  | { readonly kind: 'jump' | 'goto'; readonly word: Word };

export interface RuleState extends BaseState {
  readonly words: readonly Word[];
  readonly context: BindContext;
  at: number;
  /** a `!` that waits for its option */
  inverted: Word | undefined;
  readonly matches: OpenClause[];
  readonly loaded: LoadedExtension[];
  target: OpenTarget | undefined;
  /** a kernel printed the rule: what is not known here was known there */
  readonly saved: boolean;
  /** the match of `-p` was loaded */
  implicitDone: boolean;
  failed: boolean;
}

export function newRuleState({ words, saved = false }: RuleNode, context: BindContext): RuleState {
  return {
    words,
    saved,
    context,
    at: 0,
    inverted: undefined,
    base: {
      source: undefined,
      destination: undefined,
      iif: undefined,
      oif: undefined,
      proto: undefined,
      fragment: undefined,
      family: undefined,
    },
    matches: [],
    loaded: [],
    target: undefined,
    implicitDone: false,
    failed: false,
  };
}

export function openClause(name: string, extension: Extension | undefined, span: Span): OpenClause {
  return {
    name,
    extension,
    given: {},
    words: [],
    opaque: undefined,
    stranger: false,
    element: 0,
    broken: false,
    span: { start: span.start, end: span.end },
  };
}

export interface Refused {
  readonly kind?: 'malformed' | 'not-loadable';
  readonly code?: DiagnosticCode;
  readonly span: Span;
  readonly message: string;
  readonly help?: string | undefined;
}

export function refuse(state: RuleState, { kind = 'malformed', code, span, message, help }: Refused): void {
  state.failed = true;
  state.context.report({ kind, ...(code !== undefined && { code }), message, span, ...(help === undefined ? {} : { help }) });
}

/** The `!` of this option, when it is there. It is used up by asking. */
export function takeInversion(state: RuleState): Word | undefined {
  const { inverted } = state;
  state.inverted = undefined;
  return inverted;
}

/** Goes to the next word that looks like an option. */
export function skipValues(state: RuleState): void {
  while (state.at < state.words.length && !looksLikeOption(state.words[state.at] as Word)) state.at++;
}

export function looksLikeOption({ text }: Word): boolean {
  return text === '!' || (text.length > 1 && text.startsWith('-'));
}
