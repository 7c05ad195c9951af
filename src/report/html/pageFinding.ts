/** One cause of a review as the page shows it. */
import { unifiedDiff } from '../../lib/unifiedDiff.ts';
import { packetText } from '../../packet/notation.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import { svgTrace } from '../charts/svg.ts';
import { headline } from '../human/headline.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { acceptTexts } from '../review/acceptance.ts';
import type { Cause } from '../review/causes.ts';
import type { FoundProblem } from '../review/problems.ts';
import type { Blamed, Check, Problem, ReviewLocation } from '../review/review.ts';
import { editWords, openWords, unbrokenWords } from '../text/fixWords.ts';
import { positionOf } from '../text/positions.ts';
import type { PageFinding, PageFix, PageLine, PageWay } from './pageTypes.ts';
import type { TextPool } from './textPool.ts';

export function toPageFinding({ found, alike, others }: Cause, numberOf: TextPool['numberOf']): PageFinding {
  const [{ subject, problem, check }, ...also] = found;
  const { id, level, verdict, family, packets, blame, place, remedy, fix } = problem;
  const change = problem.before === undefined ? changeLike(problem, also) : undefined;
  const { before, witness } = change ?? problem;
  const own = change === undefined ? [] : [problem];
  return {
    level: verdict === 'undecided' ? 'undecided' : level,
    claim: id,
    ...(family && { family }),
    subjects: [subject.name, ...alike],
    message: sentenceOf(problem, check),
    ...(packets !== undefined && { packets }),
    lines: linesOf(place, blame),
    ...(before && { before: toPageWay(before, numberOf) }),
    ...(witness && { now: toPageWay(witness, numberOf) }),
    also: [...own, ...also.flatMap((one) => (one.problem === change ? [] : one.problem))].map(alsoLine),
    ...(fix && { fix: toPageFix(fix, numberOf) }),
    ...(remedy !== undefined && { remedy }),
    accept: acceptTexts(found, others),
  };
}

/** People know what went well before: a packet that ends now as the one that breaks the claim, by the same rules, and did not. */
function changeLike({ witness }: Problem, also: readonly FoundProblem[]): Problem | undefined {
  const outcome = witness?.journey.outcome;
  return also.find(({ problem }) => problem.before !== undefined && problem.witness?.journey.outcome === outcome)?.problem;
}

/** The packet stands beside it. */
function sentenceOf({ verdict, witness, before, message }: Problem, { statement }: Check): string {
  if (verdict !== 'failed' || witness === undefined || before !== undefined) return message;
  return `broken: ${statement.charAt(0).toLowerCase()}${statement.slice(1).replace(/\.$/, '')}`;
}

function toPageWay(input: TraceInput, numberOf: TextPool['numberOf']): PageWay {
  const { journey, file, profile, source } = input;
  const [path] = journey.paths;
  return {
    packet: packetText(journey.packet),
    outcome: path?.outcome ?? journey.outcome,
    ...(path === undefined ? { word: 'UNDECIDED', rest: '' } : headline(path, { file, mesh: profile })),
    picture: svgTrace(input, { headed: false, styled: false }),
    mesh: profile ?? 'none',
    file,
    ...(source && { text: numberOf(source.text) }),
  };
}

/** A setting comes before the rules that follow from it. */
function linesOf(place: ReviewLocation | undefined, blame: readonly Blamed[]): readonly PageLine[] {
  const own = place === undefined || blame.some((one) => one.place === place) ? [] : [lineOf(place)];
  return [...own, ...blame.map(({ place: at, rule }) => ({ ...lineOf(at), name: `${rule.table} ${rule.chain} ${rule.number}` }))];
}

function lineOf({ source, span }: ReviewLocation): PageLine {
  const { line } = positionOf({ source, span });
  return { file: source.file, line, text: (source.text.split('\n')[line - 1] ?? '').replace(/\r$/, '') };
}

function alsoLine({ id, witness, before }: Problem): string {
  if (witness === undefined) return id;
  const outcome = ({ journey }: TraceInput) => journey.paths[0]?.outcome ?? journey.outcome;
  return `${id}: ${packetText(witness.journey.packet)}: ${before === undefined ? '' : `${outcome(before)} becomes `}${outcome(witness)}`;
}

function toPageFix(fix: ProvedFix, numberOf: TextPool['numberOf']): PageFix {
  const { source, edits, mends, open, text } = fix;
  return {
    says: [...new Set(edits.map(editWords))].join(', '),
    mends: [...new Set(mends.map(({ claim }) => claim))],
    open: open.length === 0 ? [] : openWords(fix).split(', '),
    proved: unbrokenWords(fix),
    file: source.file,
    diff: unifiedDiff(source.file, source.text, text),
    text: numberOf(text),
  };
}
