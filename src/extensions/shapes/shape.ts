/** What a value shape is: how it is written (a rule of grammars/values.ohm), which typed value that is, and how iptables-save prints it. */
import type { Family } from '../../packet/address.ts';
import { expectation } from '../../syntax/grammar/expectation.ts';
import { type Capture, matchValue, type ValueRule } from '../../syntax/grammar/grammar.ts';

/** What a value may depend on beside its own text. */
export interface ShapeContext {
  readonly family: Family;
  /** numeric ids of user and group names, as the machine that loads the rules knows them */
  readonly users?: ReadonlyMap<string, number> | undefined;
  readonly groups?: ReadonlyMap<string, number> | undefined;
}

/** Why a text is not a value. `not-modelled`: the kernel would get a value, but only the loading machine knows which. */
export interface Refusal {
  readonly refused: 'malformed' | 'not-loadable' | 'not-modelled';
  readonly message: string;
  readonly help?: string;
}

export type Decoded<T> = { readonly value: T; readonly warning?: string } | Refusal;

/** A text that the rule of its shape took, with the parts that the rule names. */
export interface Parts {
  readonly text: string;
  readonly captures: readonly Capture[];
}

export interface Shape<T> {
  /** absent: any text will do */
  readonly rule?: ValueRule;
  readonly decode: (parts: Parts, context: ShapeContext) => Decoded<T>;
  /** canonical text, as iptables-save writes it */
  readonly print: (value: T, context: ShapeContext) => string;
}

export function decodeValue<T>(shape: Shape<T>, text: string, context: ShapeContext): Decoded<T> {
  if (shape.rule === undefined) return shape.decode({ text, captures: [] }, context);
  const match = matchValue(shape.rule, text);
  return match.ok ? shape.decode({ text, captures: match.captures }, context) : malformed(expectation({ ...match, text }));
}

/** The first part that `rule` took. */
export function part({ captures }: Parts, rule: ValueRule): string | undefined {
  return captures.find((capture) => capture.rule === rule)?.text;
}

export function malformed(message: string, help?: string): Refusal {
  return help === undefined ? { refused: 'malformed', message } : { refused: 'malformed', message, help };
}

export function notModelled(message: string, help?: string): Refusal {
  return help === undefined ? { refused: 'not-modelled', message } : { refused: 'not-modelled', message, help };
}

/** A word printed so that iptables-restore reads it back: quoted unless it is plain. man iptables-save; libxtables xtables_save_string() */
export function quoteWord(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`;
}
