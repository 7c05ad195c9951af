/** JSON of `check`, schema chainwalk/check/v1. Scripts rely on it: fields are added, never renamed or dropped. */
import type { DiagnosticCode } from '../../syntax/text/codes.ts';
import { type Diagnostic, type DiagnosticKind, isError } from '../../syntax/text/diagnostic.ts';
import { placeDiagnostics } from '../text/diagnostics.ts';

export interface CheckReport {
  readonly schema: 'chainwalk/check/v1';
  /** the kernel would load every ruleset */
  readonly ok: boolean;
  readonly diagnostics: readonly CheckDiagnostic[];
  /** which part of a text was read; absent: all of it */
  readonly notes?: readonly string[];
}

export interface CheckDiagnostic {
  readonly kind: DiagnosticKind;
  /** of what is wrong with rules or packets: it stays when the message is reworded */
  readonly code: DiagnosticCode | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly help: string | null;
}

/** As `isError`. */
export function isErrorOfText({ kind }: Pick<CheckDiagnostic, 'kind'>): boolean {
  return kind === 'malformed' || kind === 'not-loadable';
}

export function toCheckReport(diagnostics: readonly Diagnostic[], notes: readonly string[] = []): CheckReport {
  return {
    schema: 'chainwalk/check/v1',
    ok: !diagnostics.some(isError),
    diagnostics: toCheckDiagnostics(diagnostics),
    ...(notes.length > 0 && { notes }),
  };
}

export function toCheckDiagnostics(diagnostics: readonly Diagnostic[]): readonly CheckDiagnostic[] {
  return placeDiagnostics(diagnostics).map(({ diagnostic: { kind, code, source, message, help }, position }) => ({
    kind,
    code: code ?? null,
    file: source.file,
    ...position,
    message,
    help: help ?? null,
  }));
}
