/** Texts that are something else than rules, recognised so that the remedy can be named. */
import type { DiagnosticCode } from './codes.ts';
import type { TextFinding } from './problems.ts';

interface Stranger {
  readonly code: DiagnosticCode;
  readonly sign: RegExp;
  readonly message: string;
  readonly help: string;
}

const SAVE = 'run `iptables-save` (and `ip6tables-save`), for a pod `nsenter -t PID -n iptables-save`, and give that text';

const RENDER = 'trace, verify and diff take a manifest as it is; `chainwalk render --pod FILE` prints the rules that follow from it';

/** Binary first: nothing else in such a text counts. */
const STRANGERS: readonly Stranger[] = [
  { sign: /\0/, code: 'not-rules', message: 'this is a binary file', help: SAVE },
  {
    sign: /^\s*<(?:!doctype\s+html|html|head|body)\b/i,
    code: 'not-rules',
    message: 'this is an HTML page',
    help: `save the rules themselves: ${SAVE}`,
  },
  { sign: /^\s*\{\s*(?:"|\})/, code: 'not-rules', message: 'this is JSON', help: SAVE },
  { sign: /^(?:apiVersion|kind):\s/m, code: 'not-rules', message: 'this is a Kubernetes manifest', help: RENDER },
];

/** The first line of a table block. */
export const TABLE_LINE = /^[ \t]*\*[ \t]*(?:raw|mangle|nat|filter|security)[ \t]*\r?$/m;

/** Why a text cannot be rules at all. A table block shows that it is a dump after all, unless it is binary. */
export function refusal(text: string): TextFinding | undefined {
  const strangers = TABLE_LINE.test(text) ? STRANGERS.slice(0, 1) : STRANGERS;
  for (const { sign, code, message, help } of strangers) {
    const found = sign.exec(text);
    if (found === null) continue;
    const end = text.indexOf('\n', found.index + 1);
    return { kind: 'malformed', code, message, span: { start: found.index, end: end < 0 ? text.length : end }, help };
  }
  return undefined;
}
