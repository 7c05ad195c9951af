/** A set of packets against a wish: it is proved for all of them, or there is one for which it is not so.
 *  Packets are as an application opens connections with, and not the proxy's, unless the set says so. */

import { hostWords, lookupsOf } from '../../connection/bounds.ts';
import { generalText } from '../../connection/generalWords.ts';
import { OUTCOMES } from '../../connection/journey.ts';
import type { ChosenSetting } from '../../connection/setting.ts';
import type { End } from '../../connection/symbolicJourney.ts';
import { Budget } from '../../lib/budget.ts';
import { InvariantError } from '../../lib/invariant.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { notProxy } from '../../mesh/notProxy.ts';
import { and } from '../../netfilter/matchExpr.ts';
import { packetText } from '../../packet/notation.ts';
import { doubtfulRules, type FoundClass, type Search, type Split, search, type UndecidedClass } from '../../query/find.ts';
import { humanTrace } from '../../report/human/trace.ts';
import { boundsText } from '../../report/text/bounds.ts';

import { PLAIN } from '../../report/text/paint.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Space } from '../../symbolic/space/space.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { librarySettingOf, packetSetFrom, type SettingOptions } from '../library/input.ts';
import { type MatcherAnswer, open } from './answer.ts';
import { endText } from './endText.ts';
import { WIDTH } from './onePacket.ts';
import { asksTaker, ledAway, type Wish, withoutMesh } from './wish.ts';

export interface MatcherSetQuestion {
  readonly rulesets: readonly Ruleset[];
  readonly where: string;
  readonly wish: Wish;
  readonly isNot: boolean;
}

/** With `isNot`, that it is so for none of them. @throws InputError */
export function askSet({ rulesets, where, wish, isNot }: MatcherSetQuestion, options: SettingOptions): MatcherAnswer {
  const setting = librarySettingOf(rulesets, options, { where: packetSetFrom(where) });
  const unknown = withoutMesh(wish, setting.profile, options.profile);
  if (unknown !== undefined) return open(() => unknown);
  if (wish.metBy === undefined)
    return open(
      () => `whether a connection completes on both sides of a proxy is asked of one packet, and \`${printable(where.trim())}\` is a set`,
    );
  const wanted = `expected ${isNot ? 'no' : 'every'} packet of \`${printable(where.trim())}\` to ${wish.says}`;
  const question = {
    ...setting,
    budget: new Budget(options.budget),
    where: ofApplication(packetSetFrom(where), setting),
    wish,
    isNot,
    takerAsked: asksTaker(wish, options.profile),
  };
  const { classes, undecided, asked } = searchAll(rulesets, question);
  const scope = boundsOf(setting, rulesets);
  if (!asked) return open(() => `${wanted}, but the set contains no packets`);
  if (classes.length === 0 && undecided.length === 0)
    return { verdict: isNot ? 'no' : 'yes', message: () => `${wanted} (proved for ${scope})` };
  const [wrong] = classes;
  if (wrong === undefined) return open(() => `${wanted}, which is undecided for\n  ${undecidedText(undecided)}\n  scope: ${scope}`);
  // with `.not`, `yes` is what fails
  return {
    verdict: isNot ? 'yes' : 'no',
    message: () => `${wanted}; ${wrongText(wrong, { rulesets, profile: setting.profile?.name })}\n  scope: ${scope}`,
  };
}

/** The set has its own families, in its own words. */
function boundsOf(setting: ChosenSetting, rulesets: readonly Ruleset[]): string {
  const families = rulesets.map(({ family }) => family);
  return boundsText({ families, unjudged: [], hosts: [hostWords(setting, families)], ofConnections: 'data', ...lookupsOf(rulesets) });
}

interface Question extends ChosenSetting {
  readonly budget: Budget;
  readonly where: PacketSet;
  readonly wish: Wish;
  readonly isNot: boolean;
  readonly takerAsked: boolean;
}

interface Results {
  readonly classes: readonly FoundClass[];
  readonly undecided: readonly UndecidedClass[];
  readonly asked: boolean;
}

/** Ordinary packets, or when none of the set is ordinary, all of it. */
function searchAll(rulesets: readonly Ruleset[], question: Question): Results {
  const { wish, isNot, takerAsked: _, ...scene } = question;
  const split: Search['split'] = (space, ends) => unmet(space, ends, question);
  const outcomes = OUTCOMES.filter((outcome) => outcome !== 'undecided');
  for (const ordinary of [true, false]) {
    const results = rulesets.map((ruleset) => search(ruleset, { ...scene, ordinary, split, outcomes }));
    if (ordinary && !results.some(({ asked }) => asked)) continue;
    const classes = results.flatMap((found) => found.classes);
    const silent = classes.find(({ example }) => example.paths.every((path) => wish.isMet(path) !== isNot));
    if (silent !== undefined) throw new InvariantError(`the proof and the simulator differ for ${packetText(silent.example.packet)}`);
    return { classes, undecided: results.flatMap((found) => found.undecided), asked: results.some(({ asked }) => asked) };
  }
  return { classes: [], undecided: [], asked: false };
}

/** Packets that may not end as wished, chance included; and those for which something unmodelled decides. */
function unmet(space: Space, ends: readonly End[], { wish, isNot, takerAsked }: Question): Split {
  const { manager } = space;
  const met = ends.map((end) => manager.and(end.set, end.outcome === 'undecided' ? EMPTY : (wish.metBy?.(space, end) ?? EMPTY)));
  const missed = ends.map((end, index) => manager.minus(end.outcome === 'undecided' ? EMPTY : end.set, met[index] ?? EMPTY));
  const away = manager.any(ends.map((end) => (takerAsked ? ledAway(space, end) : EMPTY)));
  const mayLoop = manager.or(away, manager.any(ends.map((end) => (wish.asksLoops(end.outcome) ? end.mayLoop : EMPTY))));
  const open = manager.or(mayLoop, manager.any(ends.map(({ set, outcome }) => (outcome === 'undecided' ? set : EMPTY))));
  const unknown = manager.or(open, manager.any(ends.map(({ unclear }) => unclear)));
  const [wrong, right] = (isNot ? [met, missed] : [missed, met]).map((sets) => manager.any(sets)) as [number, number];
  const sure = manager.minus(wrong, manager.and(unknown, manager.or(right, open)));
  const unclear = manager.minus(manager.or(wrong, open), sure);
  const rest = manager.minus(unclear, mayLoop);
  return { sure, unclear: rest, rules: rest === EMPTY ? [] : doubtfulRules(manager, ends, rest), mayLoop: manager.and(unclear, mayLoop) };
}

/** A set that does not speak of users is of those that are not the proxy. */
function ofApplication(set: PacketSet, { host, profile }: ChosenSetting): PacketSet {
  if (set.terms.some(({ key }) => key === 'uid' || key === 'gid' || key === 'socket')) return set;
  const others = notProxy(profile, host);
  return { ...set, expr: { 4: and(set.expr[4], others), 6: and(set.expr[6], others) } };
}

interface Walked {
  readonly rulesets: readonly Ruleset[];
  readonly profile: string | undefined;
}

function wrongText({ general, example }: FoundClass, { rulesets, profile }: Walked): string {
  const file = rulesets.find(({ family }) => family === example.packet.family)?.source.file ?? '';
  const trace = humanTrace({ journey: example, file, profile, defaults: [] }, { paint: PLAIN, width: WIDTH, verbose: false });
  const head = `\`${packetText(example.packet)}\` ${endText(example, file)}`;
  return `${head}\n  ${paragraph({ text: `not so for ${generalText(general)}; one of them:`, width: WIDTH - 2, hang: 4 })}\n\n${trace}`;
}

function undecidedText(undecided: readonly UndecidedClass[]): string {
  const rules = [...new Set(undecided.flatMap((one) => one.rules.map(({ text }) => text)))];
  return [...undecided.map(({ packets, reason }) => `${packets}: ${reason}`), ...rules.map((text) => `depends on ${text}`)].join('\n  ');
}
