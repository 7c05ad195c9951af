/** The answer, first: one sentence that says what becomes of the packet. */

import type { Leg, Path } from '../../connection/journey.ts';
import { unknownProxyText } from '../../connection/unknownProxy.ts';
import { assertNever } from '../../lib/invariant.ts';
import { flowText, protocolName } from '../../packet/notation.ts';
import type { Choice, Unanswered } from '../../simulate/trace.ts';
import { destination, KERNEL, originalDestination, processOf, takenByKernel } from '../text/endpoints.ts';
import { LOST_WORDS, OUTCOME_WORDS } from '../text/labels.ts';
import { ruleGist, ruleName } from '../text/location.ts';

/** `word` is the outcome, to be coloured; `rest` completes the sentence. */
export interface Headline {
  readonly word: string;
  readonly rest: string;
}

export interface HeadlineContext {
  readonly file: string;
  /** name of the mesh profile; without a mesh there is no proxy to miss */
  readonly mesh?: string | undefined;
}

export function headline(path: Path, { file, mesh }: HeadlineContext): Headline {
  const said = `${rest(path, file)}${path.unknown === undefined ? '' : `; whether a loop follows is undecided: ${unknownProxyText(path.unknown)}`}`;
  const bypass = mesh !== undefined && (path.outcome === 'direct' || path.outcome === 'to-app' || path.outcome === 'forwarded');
  return { word: OUTCOME_WORDS[path.outcome], rest: bypass ? `${said}, no proxy on the way` : said };
}

function rest(path: Path, file: string): string {
  const last = path.legs.at(-1);
  if (last === undefined) return '';
  switch (path.outcome) {
    case 'captured-out':
    case 'captured-in':
    case 'dns':
      return captured(path.legs.find((leg) => leg.role !== undefined) ?? last);
    case 'direct':
    case 'forwarded':
      return `-> ${destination(last)} by ${last.walk.after.oif ?? 'no interface'}`;
    case 'to-app':
      if (processOf(last) === KERNEL) return `-> ${destination(last)}, ${takenByKernel(last.walk.packet)}`;
      return `-> ${last.listener?.process ?? processOf(last)} at ${destination(last)}`;
    case 'to-proxy':
      return `-> ${processOf(last)} at ${destination(last)}, a port of the mesh that captures nothing`;
    case 'loop':
      return loop(path);
    case 'dropped':
    case 'rejected':
      return ended(last, file);
    case 'refused':
      return `nothing listens on ${protocolName(last.walk.packet.proto)} ${destination(last)}`;
    case 'lost':
      return last.walk.fate.kind === 'lost' ? `${LOST_WORDS[last.walk.fate.reason]}` : '';
    case 'undecided':
      return undecided(path, file);
    default:
      return assertNever(path.outcome);
  }
}

function captured(leg: Leg): string {
  const original = originalDestination(leg);
  const to = `-> ${processOf(leg)} ${destination(leg)}`;
  return original === undefined ? to : `${to} (original dst ${original})`;
}

function loop({ legs, cycleFrom = 0 }: Path): string {
  const stops = legs.slice(cycleFrom).map((leg) => `${processOf(leg)} ${destination(leg)}`);
  return `${stops.join(' -> ')}: the proxy's own packets come back to it`;
}

function ended({ walk }: Leg, file: string): string {
  const { fate } = walk;
  if (fate.kind === 'rejected') return `with ${fate.with} by ${ruleName(fate.by, file)}: ${ruleGist(fate.by)}`;
  if (fate.kind !== 'dropped') return '';
  if (fate.by !== undefined) {
    const by = `by ${ruleName(fate.by, file)}: ${ruleGist(fate.by)}`;
    return fate.unanswered === undefined ? by : `${by}; ${unansweredText(fate.unanswered, file)}`;
  }
  const policy = walk.steps.findLast((step) => step.kind === 'policy');
  return policy?.kind === 'policy' ? `by the policy of ${policy.table} ${policy.chain}` : `${flowText(walk.packet)}`;
}

/** Where the answer of REJECT dies, as a clause. */
export function unansweredText({ hook, by, table, reason }: Unanswered, file: string): string {
  if (reason !== undefined) return `its answer does not arrive: ${LOST_WORDS[reason]}`;
  return `its answer is dropped in ${hook} by ${by === undefined ? `the policy of ${table} ${hook}` : ruleName(by, file)}`;
}

function undecided(path: Path, file: string): string {
  const last = path.legs.at(-1)?.walk.fate;
  const unsaid = path.choices.findLast(({ why }) => why === 'unsaid');
  const open = unsaid === undefined ? path.choices : [unsaid];
  const reasons = last?.kind === 'undecided' && last.reasons.length > 0 ? last.reasons : open;
  const names = new Set(reasons.map((choice) => choiceText(choice, file)));
  if (names.size === 0) return '';
  const spent = reasons.find(({ why }) => why === 'budget');
  return spent === undefined ? `it depends on ${[...names].join('; on ')}` : choiceText(spent, file);
}

const CAUSES: Readonly<Record<Exclude<Choice['why'], 'budget'>, (what: string) => string>> = {
  chance: (what) => `${what}, each time anew`,
  unmodelled: (what) => `${what}, which is not modelled`,
  unsaid: (what) => what,
};

/** What a fork depends on: the rule to blame and why it is open. */
export function choiceText({ rule, what, why, probability }: Choice, file: string): string {
  if (why === 'budget') return `budget: ${what}`;
  const cause = CAUSES[why](what);
  const odds = probability === undefined ? '' : ` (probability ${Number(probability.toFixed(4))})`;
  return rule === undefined ? `${cause}${odds}` : `${ruleName(rule, file)}: ${cause}${odds}`;
}
