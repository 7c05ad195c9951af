/** Comments that accept a finding: `# chainwalk-disable-next-line CLAIM[,CLAIM] -- reason`, and `-disable-file`. */

import { renamedClaim, unknownClaim } from '../../pods/claimIds.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import { REASON } from '../../report/review/acceptance.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { lineStarts, positionAt, type Source, type Span } from '../../syntax/text/source.ts';

export interface Suppression {
  readonly claims: readonly string[];
  readonly muted: Muted;
  /** the line that is meant; absent: the file as a whole */
  readonly line?: number;
  readonly span: Span;
}

/** What is wrong with a comment, in whatever file has this text. */
export type CommentRemark = Pick<Diagnostic, 'message' | 'help' | 'span'>;

export interface Suppressions {
  readonly found: readonly Suppression[];
  /** about comments that suppress nothing */
  readonly remarks: readonly CommentRemark[];
}

const NEXT_LINE = 'chainwalk-disable-next-line';
const DIRECTIVES = [NEXT_LINE, 'chainwalk-disable-file'];
const FORM = 'such as `# chainwalk-disable-next-line no-dead-rule -- kept for the old proxy`';

export function suppressionsIn(text: string): Suppressions {
  const found: Suppression[] = [];
  const remarks: CommentRemark[] = [];
  if (!text.includes('chainwalk-')) return { found, remarks };
  const starts = lineStarts(text);
  const next = nextLines(text, starts);
  for (const match of text.matchAll(/^[ \t]*#[ \t]*(chainwalk-[\w-]+)(.*)$/gm)) {
    const [all, directive = '', rest = ''] = match;
    const span = { start: match.index + all.indexOf('#'), end: match.index + all.trimEnd().length };
    const [ids = '', ...reasons] = rest.split(/\s--(?:\s|$)/);
    const given = ids.split(',').flatMap((id) => (id.trim() === '' ? [] : [id.trim()]));
    const claims = given.map((id) => renamedClaim(id)?.id ?? id);
    const reason = reasons.join(' -- ').trim();
    const unknown = claims.flatMap((id) => unknownClaim(id) ?? []);
    remarks.push(
      ...unknown.map((one) => ({ ...one, span })),
      ...given.flatMap((id) => renamedClaim(id)?.remark ?? []).map((one) => ({ ...one, span })),
    );
    if (!DIRECTIVES.includes(directive)) remarks.push({ message: `unknown directive \`${directive}\``, help: FORM, span });
    else if (claims.length === 0) remarks.push({ message: 'no claim is named: this comment suppresses nothing', help: FORM, span });
    else if (reason === REASON)
      remarks.push({ message: `\`${REASON}\` stands for a reason to be written: this comment suppresses nothing`, help: FORM, span });
    else if (reason === '') remarks.push({ message: 'a reason is missing: this comment suppresses nothing', help: FORM, span });
    else if (unknown.length === 0) {
      const line = directive === NEXT_LINE ? next(positionAt(starts, match.index).line) : undefined;
      found.push({ claims, muted: { by: 'comment', reason }, span, ...(line !== undefined && { line }) });
    }
  }
  return { found, remarks };
}

/** The next one that is neither blank nor a comment: suppressions may be stacked. */
function nextLines(text: string, starts: readonly number[]): (own: number) => number {
  // lines are asked about from the first to the last: what lies between was passed already
  let line = 0;
  const isPassed = (at: number): boolean =>
    /^[ \t]*(?:#|\r?$)/.test(text.slice(starts[at - 1], starts[at] ?? text.length).replace(/\n$/, ''));
  return (own) => {
    line = Math.max(line, own + 1);
    while (line <= starts.length && isPassed(line)) line++;
    return line;
  };
}

export interface Usage {
  readonly used: ReadonlySet<Muted>;
  /** claims that were asked of this file */
  readonly asked: ReadonlySet<string>;
}

/** Warnings about comments that are wrong, and about those that took part in nothing. */
export function commentWarnings(source: Source, { found, remarks }: Suppressions, { used, asked }: Usage): readonly Diagnostic[] {
  const unused = found.filter(({ muted, claims }) => !used.has(muted) && claims.every((id) => asked.has(id)));
  const idle = unused.map(({ claims, line, span }): CommentRemark => {
    const names = claims.map((id) => `\`${id}\``).join(', ');
    return {
      message: `no finding of ${names} ${line === undefined ? 'in this file' : 'at the next line'}: this comment suppresses nothing`,
      span,
    };
  });
  return [...remarks, ...idle].map((one) => ({ kind: 'warning', source, ...one }));
}
