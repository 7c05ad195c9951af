/** The decisions of one leg as lines: the path to a rule with its place, and below it the rule's text with what it did. */

import { indented, row } from '../../lib/layout.ts';
import { does } from '../../netfilter/everyEffect.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { settles } from '../text/decidingRule.ts';
import { type Decision, missesText, type PassedChain } from '../text/decisions.ts';
import { deedText } from '../text/deedText.ts';
import { pathText, ruleBody, ruleGist, ruleLine } from '../text/location.ts';
import { sawText } from '../text/observedValues.ts';
import { type FileStyle, placeOf, type ShownPlace } from './place.ts';
import { forkText, hitsText, type StepStyle } from './steps.ts';

const LEAD = '   ';
const TEXT_LEAD = '       ';

type Ruled = Extract<Decision, { kind: 'rule' }>;
type Routed = Extract<Decision, { kind: 'route' }>['step'];

export function decisionLines(decisions: readonly Decision[], style: StepStyle): readonly string[] {
  const told = decisions.some(settles) ? [] : worthTelling(decisions.filter((one) => one.kind === 'passed'));
  const lines: string[] = [];
  const silent = new Map<string, Set<string>>();
  let route: Routed | undefined;
  for (const [index, one] of decisions.entries()) {
    switch (one.kind) {
      case 'rule': {
        const next = decisions[index + 1];
        const moved = next?.kind === 'route' && isChange(next.step, route) ? routeText(next.step) : undefined;
        lines.push(...ruleLines(one, moved, style));
        break;
      }
      case 'passed':
        if (told.includes(one)) lines.push(...passedLines(one, style));
        else silent.set(one.table, new Set([...(silent.get(one.table) ?? []), one.chain]));
        break;
      case 'route':
        if (isChange(one.step, route) && decisions[index - 1]?.kind !== 'rule')
          lines.push(`${LEAD}${one.step.again ? 'now ' : ''}${routeText(one.step)}`);
        route = one.step;
        break;
      default:
        lines.push(...asideLines(one, style));
    }
  }
  if (silent.size === 0) return lines;
  const text = `no match in ${[...silent].map(([table, chains]) => `${table} ${[...chains].join(', ')}`).join('; ')} (-v)`;
  return [...lines, ...indented({ text, ...style, lead: LEAD }).map((line) => style.paint.dim(line))];
}

/** How the places of a whole trace are shown: all in one column, and all in one form. */
export function placeLayout(decisions: readonly Decision[], { width, file, shortens }: PlaceRoom): Pick<StepStyle, 'column' | 'shortens'> {
  const placed = decisions.flatMap((one) => {
    const last = one.kind === 'rule' || one.kind === 'passed' ? one.path.at(-1) : undefined;
    if (last === undefined || (one.kind !== 'rule' && one.kind !== 'passed')) return [];
    return [{ path: pathText(one.path).length + LEAD.length, place: ruleLine(last, file).length }];
  });
  const short = shortens === true && placed.some(({ path, place }) => path + 2 + place > width);
  const widest = Math.max(0, ...placed.map(({ path }) => path).filter((one) => one <= width - NARROWEST_PLACE));
  return { column: widest + GAP, shortens: short };
}

interface PlaceRoom extends FileStyle {
  readonly width: number;
}

const NARROWEST_PLACE = 20;
const GAP = 6;

function asideLines(one: Exclude<Decision, Ruled | PassedChain | { kind: 'route' }>, style: StepStyle): readonly string[] {
  const { paint } = style;
  switch (one.kind) {
    case 'policy': {
      const { table, chain, verdict } = one.step;
      const why = one.misses.length === 0 ? '' : `: ${missesText(one.misses, ({ saw }) => sawText(saw))}`;
      return indented({ text: `policy ${verdict} of ${table} ${chain}${why}`, ...style, lead: LEAD }).map((line) => paint.red(line));
    }
    case 'deed':
      return [`${LEAD}as its connection: ${deedText(one.deed)}`];
    case 'conntrack':
      return [paint.dim(`${LEAD}conntrack: ${one.step.state}${one.step.zone === 0 ? '' : ` in zone ${one.step.zone}`}`)];
    case 'choice':
      return indented({ text: forkText(one.step.choice, style.file), ...style, lead: LEAD }).map((line) => paint.yellow(line));
  }
}

function ruleLines({ path, rule, ledBy, found, verdict, deeds }: Ruled, moved: string | undefined, style: StepStyle): readonly string[] {
  const { paint, width } = style;
  const did = [...deeds.map(deedText), ...(moved === undefined ? [] : [moved])].join(', ');
  const whole = ruleBody(rule);
  // a comment often says why a packet is refused; elsewhere it only makes the rule longer than a line
  const ends = verdict === 'DROP' || verdict === 'REJECT';
  const text = ends || TEXT_LEAD.length + whole.length <= width ? whole : ruleGist(rule);
  const body = row({ lead: TEXT_LEAD, text, right: '', width });
  const last = body.at(-1) ?? '';
  const gap = last.length + GAP + did.length <= width ? GAP : 2;
  const beside = did !== '' && last.length + gap + did.length <= width;
  const below = did === '' || beside ? [] : indented({ text: did, ...style, lead: `${TEXT_LEAD}  ` });
  const elements = (texts: readonly string[]) => texts.flatMap((text) => indented({ text, ...style, lead: `${TEXT_LEAD}  ` }));
  const told = beside ? [...body.slice(0, -1), `${last}${' '.repeat(gap)}${did}`] : body;
  const shown = [...elements(ledBy), ...told, ...elements(found), ...below];
  const head = wrappedPath(path, style, hitsText(rule, style.source));
  const placed = withPlace({ head, tail: shown, place: placeOf(rule, style) }, style);
  return did === '' ? placed : placed.map((line) => line.replace(did, () => paint.bold(did)));
}

function passedLines(one: PassedChain, style: StepStyle): readonly string[] {
  const why = missesText(one.misses, ({ saw }) => sawText(saw));
  const jump = one.path.at(-1);
  if (jump === undefined) {
    return indented({ text: `${one.table} ${one.chain}: ${why}; policy ACCEPT`, ...style, lead: LEAD, hang: TEXT_LEAD.length });
  }
  const tail = indented({ text: `${one.chain}: ${why}`, ...style, lead: TEXT_LEAD, hang: TEXT_LEAD.length + 2 });
  return withPlace({ head: wrappedPath(one.path, style), tail, place: placeOf(jump, style) }, style);
}

/** Chains that could have taken or ended the packet say why they did not; at most so many. */
function worthTelling(passed: readonly PassedChain[]): readonly PassedChain[] {
  const rank = ({ table, misses }: PassedChain): number => (table === 'nat' ? 0 : 1) + (misses.length === 0 ? 2 : 0);
  const could = ({ table, misses }: PassedChain) =>
    misses.length === 0 ? CAPTURING.has(table) : misses.some(({ rule }) => does(rule, ...DECISIVE));
  return [...passed.filter(could)].sort((a, b) => rank(a) - rank(b)).slice(0, MOST_PASSED);
}

const MOST_PASSED = 3;
/** An empty chain there is one that lost its rules; elsewhere it is one for rules of an administrator. */
const CAPTURING: ReadonlySet<string> = new Set(['nat', 'mangle']);
const DECISIVE = ['nat', 'divert', 'drop', 'reject', 'jump', 'goto'] as const;

function wrappedPath(path: readonly Rule[], style: StepStyle, hits = ''): readonly string[] {
  return indented({ text: hits === '' ? pathText(path) : `${pathText(path)} (${hits})`, ...style, lead: LEAD, hang: TEXT_LEAD.length - 2 });
}

interface Placed {
  readonly head: readonly string[];
  readonly tail: readonly string[];
  readonly place: ShownPlace;
}

/** The place stands beside the path, or beside the rule's text, or on a line of its own. */
function withPlace({ head, tail, place: { name, shown } }: Placed, { width, column }: StepStyle): readonly string[] {
  const put = (lines: readonly string[]): readonly string[] | undefined => {
    const line = lines.at(-1) ?? '';
    if (line.length + 2 + name.length > width) return undefined;
    const at = Math.max(line.length + 2, Math.min(column, width - name.length));
    return [...lines.slice(0, -1), line.padEnd(at) + shown];
  };
  const beside = put(head);
  if (beside !== undefined) return [...beside, ...tail];
  const below = put(tail);
  if (below !== undefined) return [...head, ...below];
  return [...head, ...tail, ' '.repeat(Math.max(TEXT_LEAD.length, width - name.length)) + shown];
}

/** The first decision is in the title, or follows from where the packet ends; one by a table of its own is told. */
function isChange({ again, oif, local, table }: Routed, before: Routed | undefined): boolean {
  const ordinary = table === 'main' || table === 'local';
  if (!again) return !ordinary;
  return before === undefined || before.oif !== oif || before.local !== local || !ordinary;
}

function routeText({ again, local, oif, table }: Routed): string {
  const by = table === 'main' || table === 'local' ? '' : ` by table ${table}`;
  const to = oif === undefined ? (local ? 'to this host' : 'nowhere') : `via ${oif}`;
  return by === '' && again ? to : `routed${again ? ' again' : ''}${by} ${to}`;
}
