/** The classes of packets of one ruleset as ends: what becomes of whom, with all that two rulesets are compared by. */
import { memoize } from '../lib/memo.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { ConnectionEnd } from '../symbolic/connection/going.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Vector } from '../symbolic/diagrams/vector.ts';
import { constant } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { whatDecided } from '../symbolic/walk/state.ts';
import { doubtText, keyOf } from '../symbolic/walk/stateKeys.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';
import type { Outcome } from './journey.ts';
import { outcomesOf } from './outcomesOf.ts';
import { type PartOfClass, partsByConnection } from './partsByConnection.ts';
import { isPick, picksOfClass } from './rangeChoices.ts';
import type { Onward } from './relayLoops.ts';
import type { RulesOnHost } from './rulesOnHost.ts';

/** Packets with one outcome; `says` is equal for ends that differ in numbers at most. */
export interface End {
  readonly set: Bdd;
  readonly outcome: Outcome;
  readonly of: FateClass;
  readonly says: string;
  /** of a connection that stalls: which packet does not come, and how it ends */
  readonly stall?: string;
  /** what else must be equal */
  readonly numbers: readonly Vector[];
  readonly unclear: Bdd;
  /** those that may loop all the same, because a process takes them of which it is not known what it sends */
  readonly mayLoop: Bdd;
  /** an unmodelled target, after which the rulesets may differ */
  readonly isOpen: boolean;
  /** the rules that drew lots on the way */
  readonly lots: string;
  /** how likely a packet of the set ends so, 0 to 1; absent: that is not known */
  readonly odds?: number;
  /** what came of the lots: ends with the same are one event */
  readonly draws: string;
}

export interface EndsQuestion {
  readonly classes: readonly FateClass[];
  readonly next: (one: FateClass) => Onward;
  /** unmodelled targets after which the rulesets differ */
  readonly open: ReadonlySet<Rule>;
  /** what becomes of the connections that the packets open; absent: first packets alone */
  readonly connections?: readonly ConnectionEnd[];
}

export function endsOf(scene: Pick<RulesOnHost, 'space' | 'profile'>, question: EndsQuestion): readonly End[] {
  const { classes, next, open, connections } = question;
  const { manager } = scene.space;
  const parts = connections && partsByConnection(scene.space, connections);
  return classes.flatMap((one) => {
    const { loops, ends, unclear, unknown } = next(one);
    const numbers = numbersOf(scene.space, one);
    return (parts?.get(one) ?? [asFirst(one)]).flatMap(({ set: whole, becomes, isAccepted, says, of }) => {
      const isOpen = isPickOpen(one) || of.doubts.some(({ why }) => why === 'unmodelled');
      const make = (outcome: Outcome, set: Bdd, more = ''): readonly End[] =>
        set === EMPTY
          ? []
          : [
              {
                set,
                outcome,
                of,
                says: `${outcome} ${more}${isAccepted ? ` ${saysOf(one)}` : ''}`,
                ...(outcome === 'stalled' && { stall: more }),
                numbers: isAccepted ? numbers : [],
                unclear: isOpen ? set : isAccepted ? manager.and(set, unclear) : EMPTY,
                mayLoop: outcome === 'loop' || !isAccepted ? EMPTY : manager.all([set, ends, unknown]),
                isOpen: of.decided !== undefined && open.has(of.decided),
                ...drawnBy(of),
              },
            ];
      const outcomes = outcomesOf(scene, one, isAccepted ? manager.and(whole, ends) : whole);
      const looping = isAccepted ? manager.and(whole, loops) : EMPTY;
      if (becomes === 'undecided') return make('undecided', whole, says);
      if (becomes === 'stalls') return [...make('loop', looping), ...outcomes.flatMap(({ set }) => make('stalled', set, says))];
      return [...make('loop', looping), ...outcomes.flatMap(({ outcome, set }) => make(outcome, set))];
    });
  });
}

function asFirst(of: FateClass): PartOfClass {
  return { set: of.set, becomes: 'as-first', isAccepted: true, says: '', of };
}

function saysOf(one: FateClass): string {
  const { fate, decided, doubts, env } = one;
  switch (fate.kind) {
    case 'delivered':
      return `${fate.listener?.process ?? ''} ${picksOfClass(doubts).says}`;
    case 'sent':
    case 'forwarded':
      return `${fate.oif} ${picksOfClass(doubts).says}`;
    case 'rejected':
      return answerName(one);
    case 'undecided':
      // equal targets do the same to equal packets
      return `${decided?.table} ${decided?.text} ${keyOf(env, [])}`;
    default:
      return '';
  }
}

function answerName(one: FateClass): string {
  const did = whatDecided(one);
  return did?.kind === 'reject' ? did.with : '';
}

type Drawn = Pick<End, 'lots' | 'odds' | 'draws'>;

/** The rules of chance on the way, and how likely it is. */
export function drawnBy({ doubts }: Pick<FateClass, 'doubts'>): Drawn {
  return doubts.length === 0 ? NOTHING_DRAWN : drawn(doubts, '');
}

const NOTHING_DRAWN: Drawn = { lots: '', draws: '', odds: 1 };

/** Many classes have the same doubts, and texts of rules are long. */
const drawn = memoize((doubts: FateClass['doubts'], _all: ''): Drawn => {
  const drawing = doubts.filter((doubt) => doubt.why === 'chance' && !isPick(doubt));
  const lots = drawing.map(({ rule, what }) => (rule === undefined ? what : `${rule.table} ${rule.text}`)).join('\n');
  const draws = drawing.map((one) => `${one.rule?.table} ${doubtText(one)}`).join('\n');
  const odds = drawing.reduce<number | undefined>(
    (product, { lot }) => (product === undefined || lot === undefined ? undefined : product * lot.odds),
    1,
  );
  return { lots, draws, ...(odds !== undefined && { odds }) };
});

function numbersOf({ manager, has }: Space, { fate, env, doubts }: FateClass): readonly Vector[] {
  if (fate.kind !== 'delivered' && fate.kind !== 'sent' && fate.kind !== 'forwarded') return [];
  const port = (bits: Vector): Vector => bits.map((bit) => manager.and(has.ports, bit));
  const picks = picksOfClass(doubts);
  const numbers = [
    ...(picks.src ? [] : [env.src]),
    ...(picks.dst ? [] : [env.dst]),
    ...(picks.sport ? [] : [port(env.sport)]),
    ...(picks.dport ? [] : [port(env.dport)]),
  ];
  if (fate.kind !== 'delivered' || fate.listener === undefined || picks.dport) return numbers;
  return [...numbers, port(fate.listener.port === undefined ? env.dport : constant(fate.listener.port, 16))];
}

/** What follows from a picked port or address need not be alike for all of the range; a source picked last has nothing after it but
 *  the way of answers, before NAT turns them back. */
function isPickOpen({ fate, doubts }: FateClass): boolean {
  const { src, dst, sport, dport } = picksOfClass(doubts);
  return dst || dport || ((src || sport) && fate.kind !== 'sent' && fate.kind !== 'forwarded');
}
