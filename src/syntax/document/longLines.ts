/** Lines of megabytes: no program takes one, and a pattern that takes it character by character may run out of stack. */
import type { TextFinding } from '../text/problems.ts';
import type { Source } from '../text/source.ts';

/** More than a shell passes to a program. source: execve(2), "Limits on size of arguments and environment" */
const MOST = 4_000_000;

export interface ShortenedText {
  /** the same object where no line is too long */
  readonly source: Source;
  readonly findings: readonly TextFinding[];
}

/** Such lines are empty comments in the text that is read; each is an error. The others keep their numbers. */
export function withoutLongLines(source: Source): ShortenedText {
  const { text } = source;
  if (text.length <= MOST) return { source, findings: [] };
  const findings: TextFinding[] = [];
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const stop = text.indexOf('\n', at);
    const end = stop < 0 ? text.length : stop;
    if (end - at > MOST) {
      findings.push({ ...TOO_LONG, span: { start: at, end: at + SHOWN } });
      parts.push(text.slice(start, at), '#');
      start = end;
    }
    at = end + 1;
  }
  if (findings.length === 0) return { source, findings };
  return { source: { ...source, text: [...parts, text.slice(start)].join('') }, findings };
}

const SHOWN = 60;
const TOO_LONG = {
  kind: 'malformed',
  code: 'line-too-long',
  message: 'this line is longer than 4,000,000 characters and is not read',
  help: 'is it a text at all? Give what `iptables-save` prints',
} as const;
