/** Where a rule stands: in its file and in its chain. */

import { printable } from '../../lib/printable.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Source, Span } from '../../syntax/text/source.ts';

/** `net/pod.rules:17`: the path as it was given, so that an editor or a terminal can open it. */
export function fileLine(file: string, line: number): string {
  return `${printable(file)}:${line}`;
}

/** The same of a rule; `file` is that of its ruleset. */
export function ruleLine({ elsewhere, line }: Pick<Rule, 'elsewhere' | 'line'>, file: string): string {
  return fileLine(elsewhere?.file ?? file, line);
}

/** The rule without `-A CHAIN`; a rule without any option is `(all)`. */
export function ruleBody(rule: Rule): string {
  const prefix = `-A ${rule.chain}`;
  const body = printable(rule.text.startsWith(prefix) ? rule.text.slice(prefix.length).trim() : rule.text);
  return body === '' ? '(every packet)' : body;
}

/** `nat ISTIO_OUTPUT#9 at pod.rules:26` */
export function ruleName(rule: Rule, file: string): string {
  return `${rule.table} ${rule.chain}#${rule.number} at ${ruleLine(rule, file)}`;
}

/** The same without comments, for sentences. */
export function ruleGist(rule: Rule): string {
  const gist = ruleBody(rule).replaceAll(/-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?/g, '');
  return gist === '' ? '(every packet)' : gist.trim();
}

/** `nat OUTPUT 1 > ISTIO_OUTPUT 9` */
export function pathText(path: readonly Rule[]): string {
  const [first] = path;
  return `${first?.table ?? ''} ${path.map(({ chain, number }) => `${chain} ${number}`).join(' > ')}`;
}

/** The part of a rule's text that says what to do, or all of it. */
export function targetSpan({ text }: Source, { span, target }: Rule): Span {
  const word = target === undefined ? undefined : text.slice(span.start, span.end).lastIndexOf(target);
  if (target === undefined || word === undefined || word < 0) return span;
  const option = /(?:-j|-g|--jump|--goto)[ \t=]+$/.exec(text.slice(span.start, span.start + word));
  const start = span.start + (option?.index ?? word);
  return { start, end: span.start + word + target.length };
}
