/** What is wrong with an input. Messages: lower case, no full stop, the user's text in backticks. */
import type { DiagnosticCode } from './codes.ts';
import type { Source, Span } from './source.ts';

/** malformed: the text cannot be read; not-loadable: the kernel would refuse it; not-modelled: read, but its meaning is not claimed. */
export type DiagnosticKind = 'malformed' | 'not-loadable' | 'not-modelled' | 'warning';

/** The two programs called iptables. */
export type Backend = 'legacy' | 'nft';

export interface Diagnostic {
  readonly kind: DiagnosticKind;
  /** stays when the message is reworded; absent: about manifests, settings and configurations */
  readonly code?: DiagnosticCode;
  readonly message: string;
  /** what to do about it */
  readonly help?: string;
  /** a warning: who refuses the rule all the same; `both` what older versions took */
  readonly refusedBy?: Backend | 'both';
  /** a warning: the backends save the rule in different words, and it is printed as this one does */
  readonly printedAs?: Backend;
  /** an error about one object of many: the others can be asked */
  readonly ofOneObject?: true;
  readonly source: Source;
  readonly span: Span;
}

/** An error after which nothing can be answered. */
export function stopsAll(diagnostic: Diagnostic): boolean {
  return isError(diagnostic) && diagnostic.ofOneObject !== true;
}

/** What is read with good will where a person pasted it, and is an error where the text itself is to be loaded. */
export function toBeLoaded(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((one) => (one.code === 'document-marks' ? { ...one, kind: 'malformed', ofOneObject: true } : one));
}

/** `malformed` and `not-loadable` make an input unusable (exit 2). */
export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.kind === 'malformed' || diagnostic.kind === 'not-loadable';
}
