/** What is known of values while a script is carried out: the text, or why it cannot be known here. */
import type { Span } from '../text/source.ts';

/** Why a value is not known. `what` is the text of the script that would say it. */
export interface Unknown extends Span {
  readonly what: string;
  /** the remedy, where it is not to write the value */
  readonly help?: string;
  readonly message?: string;
}

export type ShellValue = string | readonly string[];

export type Variable = { readonly value: ShellValue } | { readonly unknown: Unknown };

/** One word of a command as the program would see it. */
export interface ShellField extends Span {
  readonly text: string;
  readonly unknown?: Unknown;
  /** the arguments of the script, which are not given */
  readonly arguments?: true;
}

/** A piece of text that a script makes, and the place in the script that it comes from. */
export interface Piece extends Span {
  readonly text: string;
  /** each character of it stands in the script as it is */
  readonly exact: boolean;
}

/** Where commands write. */
export interface ShellOutput {
  readonly pieces: Piece[];
  unknown?: Unknown | undefined;
}

export function newOutput(): ShellOutput {
  return { pieces: [] };
}

/** What a command reads, and up to where it has been read. */
export interface ShellInput {
  readonly pieces: readonly Piece[];
  readonly unknown?: Unknown | undefined;
  at: number;
}

export function shellText({ pieces }: { readonly pieces: readonly Piece[] }): string {
  return pieces.map(({ text }) => text).join('');
}

/** true: success. */
export type Status = boolean | Unknown;

export function isUnknown(status: Status): status is Unknown {
  return typeof status === 'object';
}

export function negate(status: Status): Status {
  return isUnknown(status) ? status : !status;
}
