/** One packet's way in lanes: its title, its sender beside the first rule that decides, the rules one below the other, and its end. */

import type { LineKind } from './flowGraph.ts';
import type { CardLine, LaneCard } from './laneCards.ts';
import type { LaneHop, LaneName, LaneStop } from './laneStory.ts';
import type { BoxShape, CellPoint, Lane, LaneBox, LaneLine, LaneMark, LaneText } from './lanes.ts';
import { fitted } from './laneText.ts';

/** What has been drawn of a branch. */
export interface LanePage {
  readonly lanes: readonly Lane[];
  readonly boxes: LaneBox[];
  readonly texts: LaneText[];
  readonly lines: LaneLine[];
  /** from 1 */
  readonly branch: number;
  /** who took the first packet of each leg */
  readonly ends: Map<number, LaneBox>;
}

interface Bounds {
  readonly x: number;
  readonly width: number;
}

/** Between a border and the edge of its lane, and between a border and its text. */
const GAP = 1;
/** From the edge of the rules to where a line leaves them. */
const EXIT = 4;
const MOST_TITLE = 4;
const MOST_LINES = 4;
const MOST_SAYS = 8;

/** The row below it. */
export function layHop(hop: LaneHop, page: LanePage, top: number): number {
  const rules = laneOf(page, 'rules');
  const mark: LaneMark = { branch: page.branch, leg: hop.leg, ...(hop.part !== undefined && { part: hop.part }) };
  let y = writeAll(page, fitted(hop.title, { width: rules.width - 2 * GAP, most: MOST_TITLE }), {
    x: rules.x + GAP,
    y: top,
    weight: 'strong',
  });
  const entry = y + 1;
  const sender = drawSender(hop, page, { mark, y, entry });
  for (const [index, card] of hop.cards.entries()) {
    const box = drawCard(card, page, { mark, y });
    if (index > 0) page.lines.push(down(hop.kind, box, rules.centre));
    y = box.y + box.height;
  }
  // who sends is not beside who receives
  const free = Math.max(y, sender.y + sender.height);
  const below = drawEnd(hop, page, { mark, y, free });
  return Math.max(below, sender.y + sender.height);
}

interface Place {
  readonly mark: LaneMark;
  readonly y: number;
}

/** The one that took the packet before sends this one, or somebody new does. */
function drawSender(
  { from, follows, kind, leg }: LaneHop,
  page: LanePage,
  { mark, y, entry }: Place & { readonly entry: number },
): LaneBox {
  const lane = laneOf(page, from.lane);
  const rules = cardBounds(page);
  const before = follows ? page.ends.get(leg - 1) : undefined;
  const to = { x: lane.x < rules.x ? rules.x : rules.x + rules.width - 1, y: entry };
  if (before !== undefined) {
    const bottom = before.y + before.height - 1;
    page.lines.push({ kind, arrow: true, points: [{ x: lane.centre, y: bottom }, { x: lane.centre, y: entry }, to] });
    return before;
  }
  const box = drawStop(from, page, { mark, y });
  page.lines.push({ kind, arrow: true, points: [{ x: innerSide(box, to), y: entry }, to] });
  return box;
}

function drawStop(
  { lane: name, shape, lines }: Omit<LaneStop, 'shape'> & { readonly shape: BoxShape },
  page: LanePage,
  { mark, y }: Place,
): LaneBox {
  const lane = laneOf(page, name);
  const { x, width } = stopBounds(lane);
  const inner = width - 2;
  const shown = lines.flatMap((line) => fitted(line, { width: inner, most: 3 }));
  const texts = shown.map(
    (text, at): LaneText => ({
      x: x + 1 + (inner - text.length) / 2,
      y: y + 1 + at,
      text,
      weight: at === 0 ? 'strong' : 'plain',
    }),
  );
  const box: LaneBox = { shape, x, y, width, height: shown.length + 2, texts, mark };
  page.boxes.push(box);
  return box;
}

function drawCard(
  { shape, lines, line, file }: Omit<LaneCard, 'shape'> & { readonly shape: BoxShape },
  page: LanePage,
  { mark, y }: Place,
): LaneBox {
  const { x, width } = cardBounds(page);
  const inner = { x: x + 1 + GAP, width: width - 2 - 2 * GAP };
  const texts: LaneText[] = [];
  let row = y + 1;
  for (const one of lines) {
    for (const text of cardTexts(one, inner)) texts.push({ ...text, y: row + text.y });
    row = (texts.at(-1)?.y ?? row) + 1;
  }
  const marked = { ...mark, ...(line !== undefined && { line }), ...(file !== undefined && { file }) };
  const box: LaneBox = { shape, x, y, width, height: row - y + 1, texts, mark: marked };
  page.boxes.push(box);
  return box;
}

/** Rows count from 0. */
function cardTexts({ text, weight, place }: CardLine, { x, width }: Bounds): readonly LaneText[] {
  const lines = fitted(text, { width, most: MOST_LINES });
  const shown = lines.map((line, y): LaneText => ({ x, y, text: line, weight }));
  if (place === undefined) return shown;
  const [short = ''] = fitted(place, { width, most: 1 });
  const last = lines.at(-1) ?? '';
  const y = last.length + 2 + short.length <= width ? lines.length - 1 : lines.length;
  return [...shown, { x: x + width - short.length, y, text: short, weight: 'dim' }];
}

/** The row below it. */
function drawEnd(hop: LaneHop, page: LanePage, { mark, y, free }: Place & { readonly free: number }): number {
  const { end, kind, cards } = hop;
  const rules = cardBounds(page);
  const centre = laneOf(page, 'rules').centre;
  if (end.kind === 'dead') {
    const box = drawCard({ shape: end.shape, lines: [{ text: end.says, weight: 'strong' }] }, page, { mark, y });
    page.lines.push(down(end.shape === 'drop' ? 'drop' : kind, box, centre));
    return box.y + box.height;
  }
  const stop = end.kind === 'stop' ? end.stop : { lane: end.lane, shape: 'loop' as const, lines: ['LOOP'] };
  const leftward = laneOf(page, stop.lane).x < rules.x;
  const exit = leftward ? rules.x + EXIT - 1 : rules.x + rules.width - EXIT;
  const row = free + 1;
  const box = drawStop(stop, page, { mark, y: free });
  const bottom = cards.length === 0 ? y : y - 1;
  page.lines.push({
    kind: stop.shape === 'drop' ? 'drop' : kind,
    arrow: true,
    points: [
      { x: exit, y: bottom },
      { x: exit, y: row },
      { x: innerSide(box, { x: exit, y: row }), y: row },
    ],
  });
  if (end.kind === 'loop') page.lines.push(...backLine(page, box, end.leg));
  else if (hop.part === undefined) page.ends.set(hop.leg, box);
  const text = { x: leftward ? exit + 2 : rules.x, width: rules.width - EXIT - 1 };
  let below = writeAll(page, fitted(end.says, { width: text.width, most: MOST_SAYS }), { x: text.x, y, weight: 'plain' });
  if (hop.note !== undefined)
    below = writeAll(page, fitted(hop.note, { width: text.width, most: MOST_SAYS }), { x: text.x, y: below, weight: 'dim' });
  if (hop.open !== undefined) {
    const open = { shape: 'open', lines: [{ text: hop.open, weight: 'strong' }] } as const;
    const drawn = drawCard(open, page, { mark, y: Math.max(below, row + 1) });
    below = drawn.y + drawn.height;
  }
  return Math.max(below, box.y + box.height);
}

/** Beside the lane, up to where the leg ended from which everything repeats. */
function backLine(page: LanePage, box: LaneBox, leg: number): readonly LaneLine[] {
  const to = page.ends.get(leg);
  if (to === undefined) return [];
  const rules = laneOf(page, 'rules');
  const left = box.x < rules.x;
  const lane = page.lanes.find(({ x, width }) => box.x >= x && box.x < x + width);
  if (lane === undefined) return [];
  const side = (one: LaneBox) => (left ? one.x : one.x + one.width - 1);
  const gutter = left ? lane.x : lane.x + lane.width - 1;
  const [from, back] = [box.y + 1, to.y + 1];
  const points: readonly CellPoint[] = [
    { x: side(box), y: from },
    { x: gutter, y: from },
    { x: gutter, y: back },
    { x: side(to), y: back },
  ];
  return [{ kind: 'loop', arrow: true, points }];
}

function down(kind: LineKind, to: LaneBox, x: number): LaneLine {
  return {
    kind,
    arrow: true,
    points: [
      { x, y: to.y - 1 },
      { x, y: to.y },
    ],
  };
}

function innerSide(box: LaneBox, towards: CellPoint): number {
  return towards.x < box.x ? box.x : box.x + box.width - 1;
}

function laneOf(page: LanePage, name: LaneName): Lane {
  const found = page.lanes.find((lane) => lane.name === name) ?? page.lanes[0];
  return found ?? { name, x: 0, width: 0, centre: 0 };
}

function cardBounds(page: LanePage): Bounds {
  const { x, width } = laneOf(page, 'rules');
  return { x: x + GAP, width: width - 2 * GAP };
}

/** On its outer side a lane has room for a line that leads back. */
function stopBounds({ name, x, width }: Lane): Bounds {
  return { x: x + (name === 'app' ? 2 : 1), width: width - 3 };
}

interface Written {
  readonly x: number;
  readonly y: number;
  readonly weight: LaneText['weight'];
}

/** The row below it. */
function writeAll(page: LanePage, lines: readonly string[], { x, y, weight }: Written): number {
  for (const [at, text] of lines.entries()) page.texts.push({ x, y: y + at, text, weight });
  return y + lines.length;
}
