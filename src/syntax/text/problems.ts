/** Where the readers of a text put what they find wrong. */
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, DiagnosticKind } from './diagnostic.ts';
import type { Source, Span } from './source.ts';

export interface TextFinding {
  readonly kind: DiagnosticKind;
  readonly code?: DiagnosticCode;
  readonly message: string;
  readonly ofOneObject?: true;
  readonly span: Span;
  readonly help?: string | undefined;
}

export type ProblemSink = (finding: TextFinding) => void;

export function reportInto(diagnostics: Diagnostic[], source: Source): ProblemSink {
  return ({ kind, code, message, ofOneObject, span, help }) =>
    diagnostics.push({
      kind,
      ...(code !== undefined && { code }),
      message,
      ...(ofOneObject === true && { ofOneObject }),
      source,
      span: wholeSpan(span),
      ...(help === undefined ? {} : { help }),
    });
}

/** Words that a script makes stand at fractions of a place. */
export function wholeSpan({ start, end }: Span): Span {
  return { start: Math.floor(start), end: Math.floor(end) };
}

/** Loops say the same again and again. */
export function eachOnce(report: ProblemSink): ProblemSink {
  const said = new Set<string>();
  return (finding) => {
    const key = `${finding.span.start} ${finding.span.end} ${finding.message}`;
    if (said.has(key)) return;
    said.add(key);
    report(finding);
  };
}
