/** Where the readers of a text put what they find wrong. */
import type { Diagnostic, DiagnosticKind } from './diagnostic.ts';
import type { Source, Span } from './source.ts';

export interface Finding {
  readonly kind: DiagnosticKind;
  readonly message: string;
  readonly span: Span;
  readonly help?: string | undefined;
}

export type Report = (finding: Finding) => void;

export function reportInto(diagnostics: Diagnostic[], source: Source): Report {
  return ({ kind, message, span, help }) => diagnostics.push({ kind, message, source, span, ...(help === undefined ? {} : { help }) });
}
