/** What a value shape is: how the text of one option argument becomes a typed value, and how iptables-save prints it back. */
import type { Family } from '../../packet/address.ts';

/** What a value may depend on beside its own text. */
export interface ShapeContext {
  readonly family: Family;
  /** numeric ids of user and group names, as the machine that loads the rules knows them */
  readonly users?: ReadonlyMap<string, number>;
  readonly groups?: ReadonlyMap<string, number>;
}

/** Why a text is not a value. `not-modelled`: the kernel would get a value, but only the loading machine knows which. */
export interface Refusal {
  readonly refused: 'malformed' | 'not-loadable' | 'not-modelled';
  readonly message: string;
  readonly help?: string;
}

export type Decoded<T> = { readonly value: T } | Refusal;

export interface Shape<T> {
  /** completes `expected ...` */
  readonly expected: string;
  readonly decode: (text: string, context: ShapeContext) => Decoded<T> | undefined;
  /** canonical text, as iptables-save writes it */
  readonly print: (value: T, context: ShapeContext) => string;
}

export function malformed(message: string, help?: string): Refusal {
  return help === undefined ? { refused: 'malformed', message } : { refused: 'malformed', message, help };
}

export function notLoadable(message: string): Refusal {
  return { refused: 'not-loadable', message };
}

export function notModelled(message: string, help?: string): Refusal {
  return help === undefined ? { refused: 'not-modelled', message } : { refused: 'not-modelled', message, help };
}

/** A word printed so that iptables-restore reads it back: quoted unless it is plain. man iptables-save; libxtables xtables_save_string() */
export function quoteWord(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`;
}
