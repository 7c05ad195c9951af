/** JSON of `check`, schema chainwalk/check/v1. Scripts rely on it: fields are added, never renamed or dropped. */
import { type Diagnostic, type DiagnosticKind, isError } from '../../syntax/text/diagnostic.ts';
import { placeDiagnostics } from '../text/diagnostics.ts';

export interface CheckReport {
  readonly schema: 'chainwalk/check/v1';
  /** the kernel would load every ruleset */
  readonly ok: boolean;
  readonly diagnostics: readonly CheckDiagnostic[];
}

export interface CheckDiagnostic {
  readonly kind: DiagnosticKind;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly help: string | null;
}

export function toCheckReport(diagnostics: readonly Diagnostic[]): CheckReport {
  return {
    schema: 'chainwalk/check/v1',
    ok: !diagnostics.some(isError),
    diagnostics: placeDiagnostics(diagnostics).map(({ diagnostic: { kind, source, message, help }, position }) => ({
      kind,
      file: source.file,
      ...position,
      message,
      help: help ?? null,
    })),
  };
}
