/** A trace in lanes: application, netfilter, proxy and wire from left to right, time from top to bottom. Everything has its place in
 *  cells, as wide as a character and as high as a line, so that a terminal and a picture show the same, on any machine. */

import type { TraceInput } from '../json/traceInput.ts';
import type { LineKind } from './flowGraph.ts';
import type { LaneWeight } from './laneCards.ts';
import { headingLines } from './laneHeading.ts';
import { layHop } from './laneHop.ts';
import { type LaneName, laneStory } from './laneStory.ts';
import { fitted } from './laneText.ts';

/** `round`: who sends or receives; `relay`: sends on; `drop`: the packet ends; `open`: it is not known; `loop`: back to where it was. */
export type BoxShape = 'rule' | 'aside' | 'round' | 'relay' | 'drop' | 'open' | 'loop';

/** Left upper corner and size in cells; the outermost cells are its border. */
export interface LaneBox {
  readonly shape: BoxShape;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly texts: readonly LaneText[];
  readonly mark: LaneMark;
}

/** What a box stands for. */
export interface LaneMark {
  /** from 1 */
  readonly branch: number;
  /** from 1 */
  readonly leg: number;
  /** later packets of the connection */
  readonly part?: string;
  /** of a rule: its line, in the file of its ruleset or in `file` */
  readonly line?: number;
  readonly file?: string;
}

/** One line, where its first character is. */
export interface LaneText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly weight: LaneWeight;
  /** in a heading, which is no part of a leg */
  readonly isHeading?: true;
}

/** From cell to cell, across or down. With an arrow it ends at the border of a box. */
export interface LaneLine {
  readonly kind: LineKind;
  readonly points: readonly CellPoint[];
  readonly arrow: boolean;
}

export interface CellPoint {
  readonly x: number;
  readonly y: number;
}

export interface Lane {
  readonly name: LaneName;
  readonly x: number;
  readonly width: number;
  /** column of what stands in it */
  readonly centre: number;
}

export interface LaneDrawing {
  /** cells */
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly Lane[];
  /** rows between which the lanes are drawn, for each branch */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  readonly boxes: readonly LaneBox[];
  readonly texts: readonly LaneText[];
  readonly lines: readonly LaneLine[];
}

export interface LaneOptions {
  /** the answer and the packet stand above */
  readonly headed: boolean;
}

/** Columns of a terminal, which a picture of a page of GitHub has room for as well. */
const WIDTH = 80;
/** Of each lane but that of the rules, which has the rest. */
const SIDE: Readonly<Record<LaneName, number>> = { app: 13, rules: 0, proxy: 14, wire: 13 };

export function layLanes(input: TraceInput, { headed }: LaneOptions): LaneDrawing {
  const story = laneStory(input);
  const lanes = placeLanes(story.lanes.map(({ name }) => name));
  const boxes: LaneBox[] = [];
  const texts: LaneText[] = [];
  const lines: LaneLine[] = [];
  const spans: { from: number; to: number }[] = [];
  let y = 0;
  const write = (given: readonly string[], weight: LaneWeight) => {
    for (const text of given) texts.push({ x: 0, y: y++, text, weight, isHeading: true });
  };
  if (headed) {
    for (const [text, weight] of headingLines(input, WIDTH)) write([text], weight);
    y++;
  }
  for (const [index, { title, hops }] of story.branches.entries()) {
    if (hops.length === 0) continue;
    if (index > 0) y++;
    if (title !== undefined) {
      write(fitted(title, { width: WIDTH, most: 4 }), 'strong');
      y++;
    }
    for (const lane of lanes) {
      const text = story.lanes.find(({ name }) => name === lane.name)?.title ?? '';
      texts.push({ x: lane.centre - (text.length - 1) / 2, y, text, weight: 'dim', isHeading: true });
    }
    const from = y;
    y += 2;
    const page = { lanes, boxes, texts, lines, branch: index + 1, ends: new Map<number, LaneBox>() };
    for (const hop of hops) y = layHop(hop, page, y) + 1;
    // no blank row below the last
    y--;
    spans.push({ from, to: y });
  }
  if (story.left > 0) {
    y++;
    write([story.left === 1 ? '1 more branch is not drawn' : `${story.left} more branches are not drawn`], 'plain');
  }
  return { width: WIDTH, height: Math.max(1, y), lanes, spans, boxes, texts, lines };
}

function placeLanes(names: readonly LaneName[]): readonly Lane[] {
  const sides = names.reduce((sum, name) => sum + SIDE[name], 0);
  let x = 0;
  return names.map((name) => {
    const width = name === 'rules' ? WIDTH - sides : SIDE[name];
    const lane = { name, x, width, centre: x + Math.floor((width - 1) / 2) };
    x += width;
    return lane;
  });
}
