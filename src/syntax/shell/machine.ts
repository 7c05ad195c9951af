/** The state of a script while it is carried out. Mutable; one for all blocks of a text. */
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { ShellNode } from './ast.ts';
import type { ShellField, ShellInput, ShellOutput, Status, Unknown, Variable } from './values.ts';

/** What the rest of the script does after a command; absent: it goes on. */
export type Flow = { readonly kind: 'exit' | 'return' } | { readonly kind: 'break' | 'continue'; readonly levels: number };

export interface Done {
  readonly status: Status;
  readonly flow?: Flow | undefined;
}

/** What stands around a command. */
export interface ShellSurroundings {
  readonly input?: ShellInput | undefined;
  /** absent: a terminal, or a file that is not read */
  readonly output?: ShellOutput | undefined;
  /** a condition, or not the last of a list: `set -e` does not look at it */
  readonly asked: boolean;
  /** the condition of an `if` or a loop: a program that is not carried out says neither yes nor no */
  readonly decides?: boolean;
  /** the container or the network namespace in which a program runs; absent: here */
  readonly place?: string;
}

export interface FunctionState {
  readonly name: string;
  readonly body: ShellNode;
  readonly span: Span;
  called: boolean;
  /** defined only where it is not known whether it runs */
  readonly unknown?: Unknown;
}

/** `$1` and so on. `open`: the arguments of the script are not given. */
export interface Arguments {
  readonly values: readonly (string | Unknown)[];
  readonly open: boolean;
}

export interface Machine {
  readonly text: string;
  readonly report: ProblemSink;
  /** set by the caller; assignments in the text do not change them */
  readonly given: ReadonlyMap<string, string>;
  variables: Map<string, Variable>;
  functions: Map<string, FunctionState>;
  arguments: Arguments;
  /** values that functions hide, innermost first */
  readonly locals: Map<string, Variable | undefined>[];
  /** files that the script has written */
  readonly files: Map<string, ShellOutput>;
  /** `set -e` */
  exits: boolean;
  status: Status;
  /** commands that may still run */
  steps: number;
  depth: number;
  /** where the calls of iptables so far ran; empty: here */
  place?: string;
  /** `{a,b}` is two words: not in the shells that `#!/bin/sh` may be */
  readonly braces: boolean;
  readonly run: (machine: Machine, node: ShellNode, around: ShellSurroundings) => Done;
  readonly programs: ShellPrograms;
}

/** What the programs that read and write rules do; true: success. */
export interface ShellPrograms {
  readonly isCall: (program: string) => boolean;
  readonly call: (words: readonly ShellField[], line: Span, input?: ShellInput) => Status;
  readonly restore: (request: RestoreRequest) => Status;
  readonly dump: (span: Span) => void;
  /** a command that changes the host around the rules; false: it is none */
  readonly host: (words: readonly ShellField[], input: ShellInput | undefined) => boolean;
  /** something that is not carried out */
  readonly stranger: (message: string, span: Span) => void;
}

export interface RestoreRequest {
  readonly program: string;
  readonly words: readonly ShellField[];
  readonly input: ShellInput | undefined;
  readonly line: Span;
}

export function sourceOf({ text }: Machine, { start, end }: Span): string {
  const found = text.slice(start, Math.min(end, start + 1000)).replaceAll(/\s+/g, ' ');
  return found.length > 60 ? `${found.slice(0, 57)}...` : found;
}

export function unknownHere(machine: Machine, span: Span, more: Partial<Unknown> = {}): Unknown {
  return { what: sourceOf(machine, span), start: span.start, end: span.end, ...more };
}

/** Says why a value that something depends on is not known. */
export function reportUnknown({ report }: Machine, unknown: Unknown, span: Span = unknown): void {
  const help = unknown.help ?? 'write the value, or a variable `$NAME` and `--set NAME=VALUE`';
  report({
    kind: 'malformed',
    code: 'script-unknown-value',
    message: unknown.message ?? `cannot evaluate \`${unknown.what}\``,
    span: { start: span.start, end: span.end },
    help,
  });
}
