/** The first line of a verdict on claims: how many hold, of which packets and where that is proved, and how many are open. */

import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import type { Paint } from '../text/paint.ts';

export interface VerdictStyle {
  readonly paint: Paint;
  readonly width: number;
  /** warnings about the texts, which make a strict run fail: given only then */
  readonly failing?: number;
  /** warnings and what is undecided fail, too */
  readonly strict?: boolean;
}

/** Claims beside those about rules that do not hold: of a pod's fields and settings. */
export type OwnClaims = readonly { readonly claim: string; readonly level: 'error' | 'warning' | 'info'; readonly isUnjudged?: true }[];

/** Claims, not findings; of level info only those that are open. */
interface Count {
  readonly judged: number;
  readonly errors: number;
  readonly warnings: number;
  readonly undecided: number;
  readonly holds: number;
  readonly suppressed: number;
}

/** One line or more: the answer, with the files, and what is proved. */
export function verdictLines(pod: Verified, style: VerdictStyle, own: OwnClaims = []): readonly string[] {
  const files = printable(filesOfRules(pod).join(', '));
  // nothing is known of its rules, and so nothing of its mesh
  if (own.some(({ isUnjudged }) => isUnjudged)) return answerLines({ text: 'NOT CHECKED', colour: 'red', tail: files }, style);
  const tail = `${files}, ${pod.profile === undefined ? 'no mesh' : pod.profile.title}`;
  const { word, says, scope = '', rest, colour } = claimsVerdict(pod, style, own);
  const text = `${word === undefined ? '' : `${word}: `}${says}${scope}`;
  return answerLines({ text, tail, ...(rest !== undefined && { rest }), ...(colour !== undefined && { colour }) }, style);
}

/** The files that its rules are from. */
export function filesOfRules({ rulesets }: Pick<Verified, 'rulesets'>): readonly string[] {
  return [...new Set(rulesets.map(({ source }) => source.file))];
}

/** With `tail` after it: on the same line where there is room. */
export function answerLines(
  { text, rest, colour, tail }: VerdictAnswer & { readonly tail: string },
  style: VerdictStyle,
): readonly string[] {
  const { paint, width } = style;
  const coloured = (line: string) => paint.bold(colour === undefined ? line : paint[colour](line));
  const lines = paragraph({ text, width, hang: 2 }).split('\n');
  const fits = (lines.at(-1) ?? '').length + 2 + tail.length <= width;
  const shown = lines.map(coloured);
  const below = rest === undefined || rest === '' ? [] : paragraph({ text: rest, width: width - 2, hang: 0 }).split('\n');
  return [
    ...(fits ? [...shown.slice(0, -1), `${shown.at(-1)}  ${paint.dim(tail)}`] : [...shown, `  ${paint.dim(tail)}`]),
    ...below.map((line) => `  ${paint.dim(line)}`),
  ];
}

export interface VerdictAnswer {
  readonly text: string;
  /** the lines below: where something does not hold, what else does, and how far it was asked; absent: the text says it */
  readonly rest?: string;
  readonly colour?: 'red' | 'yellow' | 'green';
}

export interface ClaimsVerdict extends Pick<VerdictAnswer, 'rest' | 'colour'> {
  /** what the exit code says, and what has to be known before it; absent: nothing was asked */
  readonly word?: 'OK' | 'FAIL' | 'NOT CAPTURED' | 'UNDECIDED';
  /** what was counted */
  readonly says: string;
  /** goes on after it: of which packets and where that is proved */
  readonly scope?: string;
}

export function claimsVerdict(
  pod: Verified,
  { failing = 0, strict = false }: Pick<VerdictStyle, 'failing' | 'strict'>,
  own: OwnClaims = [],
): ClaimsVerdict {
  const { findings, bounds } = pod;
  const { judged, errors, warnings, undecided, holds, suppressed } = countOf(pod, own);
  const open = findings.filter(({ muted }) => muted === undefined);
  const outside = open.some(({ claim, verdict }) => claim === 'pod-captured' && verdict === 'violated');
  const aside = suppressed === 0 ? '' : `, ${suppressed} suppressed`;
  const warned = failingText(failing);
  const limits = `${boundsText(bounds)}${unjudgedText(bounds)}`;
  const fails = errors > 0 || (strict && warnings > 0) || failing > 0;
  if (errors + warnings + undecided > 0) {
    const counts = [
      ...(errors > 0 ? [plural(errors, 'error')] : []),
      ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
      ...(undecided > 0 ? [`${undecided} undecided`] : []),
    ];
    const word = outside ? 'NOT CAPTURED' : fails ? 'FAIL' : undecided > 0 ? 'UNDECIDED' : 'OK';
    const rest =
      holds === 0 ? `scope: ${limits}` : `${holds} of ${plural(judged, 'claim')} ${holds === 1 ? 'holds' : 'hold'} for ${limits}`;
    return { word, says: `${counts.join(', ')}${aside}`, rest: `${rest}${warned}`, colour: fails ? 'red' : 'yellow' };
  }
  const colour = failing === 0 ? 'green' : 'red';
  const word = failing === 0 ? 'OK' : 'FAIL';
  if (judged > 0) {
    const { says, scope } = holding(pod, { judged, suppressed, limits });
    return { word, says, scope: `${scope}${aside}${warned}`, colour };
  }
  if (suppressed > 0) return { word, says: `no violations besides suppressed ones${warned}`, colour };
  const asides = findings.filter(({ verdict }) => verdict !== 'not-applicable');
  if (asides.length === 0) return { says: `no claim applies${warned}` };
  return asides.every(({ verdict }) => verdict === 'holds')
    ? { word, says: 'all requested claims hold', scope: ` for ${limits}${warned}`, colour }
    : { word, says: `hints only${warned}`, colour };
}

/** Why a strict run fails though nothing else is wrong, or empty. */
export function failingText(failing: number): string {
  return failing === 0 ? '' : `; ${plural(failing, 'warning')} about the text, a failure with --strict`;
}

function countOf({ findings }: Verified, own: OwnClaims): Count {
  const open = findings.filter(({ muted }) => muted === undefined);
  const claims = (is: (finding: Verified['findings'][number]) => boolean): Set<string> =>
    new Set(open.filter(is).map(({ claim }) => claim));
  const undecided = claims(({ verdict }) => verdict === 'undecided');
  const violatedAt = (at: 'error' | 'warning') =>
    new Set([
      ...claims(({ verdict, level }) => verdict === 'violated' && level === at),
      ...own.filter(({ level }) => level === at).map(({ claim }) => claim),
    ]);
  const errors = violatedAt('error');
  const warnings = new Set([...violatedAt('warning')].filter((claim) => !errors.has(claim)));
  const asked = claims(({ verdict, level }) => verdict === 'holds' && level !== 'info');
  const broken = new Set([...undecided, ...errors, ...warnings]);
  const holds = [...asked].filter((claim) => !broken.has(claim)).length;
  return {
    judged: holds + broken.size,
    errors: errors.size,
    warnings: warnings.size,
    undecided: undecided.size,
    holds,
    suppressed: findings.length - open.length,
  };
}

/** `all` only where nothing is left out. */
function holding(
  { bounds }: Verified,
  { judged, suppressed, limits }: Pick<Count, 'judged' | 'suppressed'> & { readonly limits: string },
): Required<Pick<ClaimsVerdict, 'says' | 'scope'>> {
  const others = suppressed === 0 ? '' : 'other ';
  if (judged === 1) return { says: `the ${others}claim holds`, scope: ` for ${limits}` };
  return { says: `${bounds.unjudged.length > 0 ? '' : 'all '}${judged} ${others}claims hold`, scope: ` for ${limits}` };
}
