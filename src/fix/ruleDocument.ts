/** A text of iptables-save as lines, each with where it came from: an edit moves, adds or takes out whole lines and nothing else. */

export interface DocumentLine {
  /** without its line feed; a carriage return stays with it */
  readonly text: string;
  /** 1-based line in the text that was given; absent: it came in */
  readonly origin?: number;
}

export type RuleDocument = readonly DocumentLine[];

const PLAIN: readonly RegExp[] = [
  /^\s*$/,
  /^#/,
  /^\*(?:raw|mangle|nat|filter|security)\s*$/,
  /^:\S+ (?:ACCEPT|DROP|-)(?: \[\d+:\d+\])?\s*$/,
  /^COMMIT\s*$/,
  /^(?:\[\d+:\d+\] )?-A \S+(?: .*)?$/,
];

/** Undefined: the text is not plain output of iptables-save, so that a line is not a rule and a rule not a line. */
export function ruleDocument(text: string): RuleDocument | undefined {
  const lines = text.split('\n');
  if (!lines.every((line) => PLAIN.some((form) => form.test(line.replace(/\r$/, ''))))) return undefined;
  return lines.map((line, index) => ({ text: line, origin: index + 1 }));
}

export function documentText(document: RuleDocument): string {
  return document.map(({ text }) => text).join('\n');
}

export function isRuleOf({ text }: DocumentLine, chain: string): boolean {
  const [name] = /(?<=^(?:\[\d+:\d+\] )?-A )\S+/.exec(text) ?? [];
  return name === chain;
}

/** Indices of lines, all of the document before the edit. */
export interface LineEdit {
  /** the line that goes */
  readonly take?: number;
  /** the line that comes, before which other */
  readonly put?: { readonly before: number; readonly line: DocumentLine };
}

/** All at once: the indices are those before any of them. */
export function withEdits(document: RuleDocument, edits: readonly LineEdit[]): RuleDocument {
  const gone = new Set(edits.map(({ take }) => take));
  return document.flatMap((line, index) => [
    ...edits.flatMap(({ put }) => (put?.before === index ? [put.line] : [])),
    ...(gone.has(index) ? [] : [line]),
  ]);
}

/** Above the comments that stand directly before a line: they belong to it. */
export function aboveComments(document: RuleDocument, index: number): number {
  let at = index;
  while (at > 0 && /^#/.test(document[at - 1]?.text ?? '')) at--;
  return at;
}

/** A new rule in the manner of the line beside it: with counters and a carriage return, where that has them. */
export function lineLike({ text }: DocumentLine, rule: string): DocumentLine {
  return { text: `${text.startsWith('[') ? '[0:0] ' : ''}${rule}${text.endsWith('\r') ? '\r' : ''}` };
}
