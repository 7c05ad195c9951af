/** A trace as a story for lanes: who sends each packet, what decides on its way through the rules, and where that ends. Words, and no
 *  places on paper: `lanes.ts` lays them out. */
import type { Leg, Path } from '../../connection/journey.ts';
import { toldWay } from '../../connection/legConnection.ts';
import { unknownProxyText } from '../../connection/unknownProxy.ts';
import { profileNamed } from '../../mesh/allProfiles.ts';
import { flowText, hexMark } from '../../packet/notation.ts';
import { openChoices } from '../human/answer.ts';
import { headline } from '../human/headline.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { decisionsOf } from '../text/decisions.ts';
import { processOf } from '../text/endpoints.ts';
import { type AlikeParts, drawnParts } from '../text/shownParts.ts';
import { connectionSentence, partEnd, shortName, stallText, stoppingGist } from '../text/stall.ts';
import { type LineKind, lineKindOf } from './flowGraph.ts';
import { type LaneCard, laneCards } from './laneCards.ts';
import { hopEnd, hopSender, type LaneTelling, loopEnd, partArrival, stopOf } from './laneEnds.ts';

export type LaneName = 'app' | 'rules' | 'proxy' | 'wire';

/** Somebody beside the rules: a process, or an interface. */
export interface LaneStop {
  readonly lane: Exclude<LaneName, 'rules'>;
  readonly shape: 'round' | 'relay' | 'drop';
  readonly lines: readonly string[];
}

export type HopEnd =
  /** `says`: how it comes there, in words */
  | { readonly kind: 'stop'; readonly stop: LaneStop; readonly says: string }
  /** among the rules */
  | { readonly kind: 'dead'; readonly shape: 'drop' | 'open'; readonly says: string }
  /** where the leg of this number ended */
  | { readonly kind: 'loop'; readonly lane: LaneStop['lane']; readonly leg: number; readonly says: string };

/** One packet on its way through the rules. */
export interface LaneHop {
  /** from 1 */
  readonly leg: number;
  /** which later packets of the connection; absent: the first */
  readonly part?: string;
  readonly title: string;
  readonly from: LaneStop;
  /** the one that took the leg before sends it */
  readonly follows: boolean;
  readonly kind: LineKind;
  readonly cards: readonly LaneCard[];
  readonly end: HopEnd;
  /** whether the connection completes */
  readonly note?: string;
  /** what is open beyond that */
  readonly open?: string;
}

export interface LaneBranch {
  /** of several branches */
  readonly title?: string;
  readonly hops: readonly LaneHop[];
}

export interface LaneStory {
  readonly lanes: readonly { readonly name: LaneName; readonly title: string }[];
  readonly branches: readonly LaneBranch[];
  /** branches that are not drawn */
  readonly left: number;
}

/** More are longer than anybody reads; the rest is counted. */
const MOST_BRANCHES = 3;
const MOST_CARDS = 40;

/** What the proxy of a mesh is called by those who run it. */
const PROXY_TITLES: Readonly<Record<string, string>> = { 'istio-ambient': 'ztunnel', linkerd: 'linkerd-proxy' };

export function laneStory(input: TraceInput): LaneStory {
  const { journey, profile } = input;
  const mesh = profile === undefined ? undefined : profileNamed(profile);
  const legs = journey.paths.flatMap((path) => path.legs);
  const takers = legs.flatMap((leg) => (leg.role === undefined ? [] : [processOf(leg)]));
  const proxies = new Set([...takers, ...(mesh === undefined ? [] : [mesh.process.name])]);
  const shown = journey.paths.slice(0, MOST_BRANCHES);
  const open = new Set(openChoices(journey).map(({ rule, what }) => rule ?? what));
  const branches = shown.map((path, index): LaneBranch => {
    const hops = hopsOf(path, { input, proxies, most: Math.ceil(MOST_CARDS / shown.length) });
    if (journey.paths.length === 1) return { hops };
    const taken = path.choices.filter(({ rule, what }) => open.has(rule ?? what)).map((choice) => choice.taken);
    const { word, rest } = headline(path, { file: input.file, mesh: profile });
    const choices = taken.length === 0 ? '' : ` (${taken.join(', ')})`;
    return { title: `branch ${index + 1} of ${journey.paths.length}${choices}: ${word} ${rest}`.trimEnd(), hops };
  });
  return {
    lanes: [
      { name: 'app', title: mesh === undefined ? 'host' : 'app' },
      { name: 'rules', title: 'netfilter' },
      ...(proxies.size === 0 ? [] : [{ name: 'proxy', title: PROXY_TITLES[profile ?? ''] ?? 'proxy' } as const]),
      { name: 'wire', title: 'wire' },
    ],
    branches,
    left: journey.paths.length - shown.length,
  };
}

interface BranchTelling extends LaneTelling {
  /** cards of a branch */
  readonly most: number;
}

function hopsOf(path: Path, telling: BranchTelling): readonly LaneHop[] {
  const { file, whole } = telling.input;
  let room = telling.most;
  const cardsOf = (leg: Leg): readonly LaneCard[] => {
    const cards = laneCards(decisionsOf(leg.walk.steps), { file, most: Math.max(1, room) });
    room -= cards.length;
    return cards;
  };
  return path.legs.flatMap((leg, index) => {
    const last = index === path.legs.length - 1;
    const from = hopSender(leg, telling);
    const before = path.legs[index - 1];
    const note = leg.reply === undefined ? connectionSentence(leg, file) : undefined;
    const unsure = last && path.unknown !== undefined ? `whether a loop follows: ${unknownProxyText(path.unknown)}` : undefined;
    const open = [...(leg.connection?.end === 'undecided' && note !== undefined ? [note] : []), ...(unsure === undefined ? [] : [unsure])];
    const stalls = leg.connection?.end === 'stalls';
    const hop: LaneHop = {
      leg: index + 1,
      title: `${index + 1}  ${titleOf(leg)}`,
      from,
      follows:
        before !== undefined &&
        drawnParts(before, whole).length === 0 &&
        stopOf(before, telling, true).lane === from.lane &&
        processOf(before) === leg.sender,
      kind: lineKindOf(path, index),
      cards: cardsOf(leg),
      end: last && path.cycleFrom !== undefined ? loopEnd(path, leg, telling) : hopEnd(leg, telling, !last),
      ...(note !== undefined && !stalls && leg.connection?.end !== 'undecided' && { note }),
      ...(open.length > 0 && { open: open.map((text) => `UNDECIDED: ${text}`).join('; ') }),
    };
    const later = drawnParts(leg, whole);
    return [hop, ...later.map((shown) => partHop({ shown, leg, hop, cards: cardsOf(shown.leg) }, telling))];
  });
}

interface Part {
  readonly shown: AlikeParts;
  readonly leg: Leg;
  /** of the first packet */
  readonly hop: LaneHop;
  readonly cards: readonly LaneCard[];
}

function partHop({ shown, leg, hop, cards }: Part, telling: LaneTelling): LaneHop {
  const { file } = telling.input;
  const name = shown.names.map(shortName).join(', ');
  const stops = leg.connection?.end === 'stalls' && stallText(leg, file) !== '' && !shown.part.arrives;
  const end: HopEnd = stops
    ? { kind: 'dead', shape: 'drop', says: `STALLS: ${stallText(leg, file)}${stoppingGist(leg)}` }
    : shown.part.arrives
      ? partArrival(shown, leg, telling)
      : { kind: 'dead', shape: 'drop', says: `NOT RECEIVED: ${partEnd(shown.part, { way: toldWay(leg), file }).replace(/^is /, '')}` };
  return {
    leg: hop.leg,
    part: name,
    title: `${name} from ${shown.leg.sender}: ${flowText(shown.part.walk.packet)}`,
    from: hopSender(shown.leg, telling),
    follows: false,
    kind: hop.kind,
    cards,
    end,
  };
}

/** `app (uid 1000) sends tcp 10.244.0.5:40000 -> 203.0.113.9:443` */
function titleOf({ sender, walk: { packet } }: Leg): string {
  const { uid, gid, mark, dir, socket } = packet;
  const known = [
    ...(uid === undefined ? (dir === 'in' || socket ? [] : ['no socket']) : [`uid ${uid}`]),
    ...(gid === undefined || gid === uid ? [] : [`gid ${gid}`]),
    ...(mark === 0 ? [] : [`mark ${hexMark(mark)}`]),
  ];
  return `${sender}${known.length === 0 ? '' : ` (${known.join(', ')})`} sends ${flowText(packet)}`;
}
