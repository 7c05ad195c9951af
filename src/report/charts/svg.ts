/** A trace in lanes as a picture of its own: no fonts, scripts or links from elsewhere; the width of each text is given, so that it does
 *  not depend on the machine. */

import { packetText } from '../../packet/notation.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { OUTCOME_WORDS } from '../text/labels.ts';
import { element, xmlText } from '../text/xml.ts';
import { type BoxShape, type CellPoint, type LaneBox, type LaneDrawing, type LaneLine, type LaneText, layLanes } from './lanes.ts';
import { SVG_STYLE } from './svgStyle.ts';

export interface SvgOptions {
  /** the answer and the packet stand above; absent: they do */
  readonly headed?: boolean;
  /** it brings its colours along; absent: it does */
  readonly styled?: boolean;
}

/** Pixels of a cell. */
const WIDE = 8.5;
const HIGH = 19;
/** Around the whole. */
const MARGIN = 14;
/** From the foot of a line of text to the end of its cell. */
const FOOT = 5;
/** Length of an arrow's head. */
const HEAD = 7;
/** From the edge of a cell to a border in it. */
const EDGE = WIDE / 2;

export function svgTrace(input: TraceInput, { headed = true, styled = true }: SvgOptions = {}): string {
  const drawing = layLanes(input, { headed });
  const [width, height] = [drawing.width * WIDE + 2 * MARGIN, drawing.height * HIGH + 2 * MARGIN].map(Math.ceil) as [number, number];
  return element({
    name: 'svg',
    attributes: { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'list' },
    children: [
      element({ name: 'title', attributes: {}, children: [xmlText(titleOf(input))] }),
      ...(styled ? [element({ name: 'style', attributes: {}, children: [xmlText(SVG_STYLE).replaceAll('&quot;', '"')] })] : []),
      element({ name: 'rect', attributes: { class: 'cw-paper', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 } }),
      ...ground(drawing),
      ...drawing.lines.map(lineOf),
      ...itemsOf(drawing),
    ].map((one) => `\n${one}`),
  }).replace(/<\/svg>$/, '\n</svg>');
}

function titleOf({ journey }: TraceInput): string {
  return `${packetText(journey.packet)}: ${OUTCOME_WORDS[journey.outcome]}`;
}

/** From top to bottom, as those hear it who do not see it: a list, of boxes and of what stands beside them. Names of lanes are for the eye. */
function itemsOf({ texts, boxes, spans }: LaneDrawing): readonly string[] {
  const isName = ({ y, isHeading }: LaneText) => isHeading === true && spans.some(({ from }) => from === y);
  const names = texts.filter(isName).map((text) => textOf(text));
  const items = [
    ...boxes.map((box) => ({ x: box.x, y: box.y, item: boxOf(box) })),
    ...paragraphs(texts.filter((text) => !isName(text))).map((lines) => ({ x: lines[0].x, y: lines[0].y, item: paragraphOf(lines) })),
  ];
  return [
    ...(names.length === 0 ? [] : [element({ name: 'g', attributes: { 'aria-hidden': 'true' }, children: names })]),
    ...items.sort((a, b) => a.y - b.y || a.x - b.x).map(({ item }) => item),
  ];
}

type Lines = readonly [LaneText, ...LaneText[]];

/** Lines below each other, of one weight. */
function paragraphs(texts: readonly LaneText[]): readonly Lines[] {
  const found: Lines[] = [];
  for (const text of texts) {
    const open = found.findIndex((lines) => {
      const last = lines.at(-1);
      return last?.x === text.x && last.y === text.y - 1 && last.weight === text.weight;
    });
    const lines = found[open];
    if (lines === undefined) found.push([text]);
    else found[open] = [...lines, text];
  }
  return found;
}

function paragraphOf(lines: Lines): string {
  const children = lines.map((text) => textOf(text, text.isHeading === true ? 0 : EDGE));
  return element({ name: 'g', attributes: { role: 'listitem' }, children });
}

/** Below everything: the ground on which rules stand, and the lines of the other lanes. */
function ground({ lanes, spans }: LaneDrawing): readonly string[] {
  return spans.flatMap(({ from, to }) =>
    lanes.map(({ name, x, width, centre }) => {
      if (name === 'rules') {
        const [left, top] = [at(x, WIDE), at(from, HIGH)];
        return element({
          name: 'rect',
          attributes: { class: 'cw-band', x: left, y: top, width: width * WIDE, height: (to - from) * HIGH, rx: 6 },
        });
      }
      const { x: column } = middle({ x: centre, y: 0 });
      const [y1, y2] = [at(from + 1, HIGH) + FOOT, at(to, HIGH)];
      return element({ name: 'line', attributes: { class: 'cw-life', x1: column, x2: column, y1, y2 } });
    }),
  );
}

function lineOf({ points, kind, arrow }: LaneLine): string {
  const placed = points.map(middle);
  const [before, to] = placed.slice(-2);
  const path = (all: readonly CellPoint[]) => all.map(({ x, y }) => `${x},${y}`).join(' ');
  if (!arrow || before === undefined || to === undefined)
    return element({ name: 'polyline', attributes: { class: `cw-line cw-${kind}`, points: path(placed) } });
  const [dx, dy] = [Math.sign(to.x - before.x), Math.sign(to.y - before.y)];
  const foot = { x: to.x - dx * HEAD, y: to.y - dy * HEAD };
  const half = HEAD * 0.7;
  const wings = [
    { x: foot.x - dy * half - dx * 2, y: foot.y - dx * half - dy * 2 },
    { x: foot.x + dy * half - dx * 2, y: foot.y + dx * half - dy * 2 },
  ];
  return [
    element({ name: 'polyline', attributes: { class: `cw-line cw-${kind}`, points: path([...placed.slice(0, -1), foot]) } }),
    element({ name: 'polygon', attributes: { class: `cw-head cw-${kind}`, points: path([to, ...wings].map(rounded)) } }),
  ].join('');
}

/** With what it stands for, so that a page can lead from it to its rule. */
function boxOf({ shape, x, y, width, height, texts, mark }: LaneBox): string {
  const [from, to] = [middle({ x, y }), middle({ x: x + width - 1, y: y + height - 1 })];
  const { branch, leg, part, line, file } = mark;
  const attributes = {
    role: 'listitem',
    class: `cw-box cw-${shape}`,
    'data-branch': branch,
    'data-leg': leg,
    ...(part !== undefined && { 'data-part': part }),
    ...(line !== undefined && { 'data-line': line }),
    ...(file !== undefined && { 'data-file': file }),
  };
  return element({ name: 'g', attributes, children: [...edges(shape, from, to), ...texts.map((text) => textOf(text))] });
}

function edges(shape: BoxShape, from: CellPoint, to: CellPoint): readonly string[] {
  const rect = (inset: number, rx: number) =>
    element({
      name: 'rect',
      attributes: {
        class: 'cw-edge',
        x: from.x + inset,
        y: from.y + inset,
        width: to.x - from.x - 2 * inset,
        height: to.y - from.y - 2 * inset,
        rx,
      },
    });
  const cut = (across: number, down: number) => {
    const corners = [
      [from.x + across, from.y],
      [to.x - across, from.y],
      [to.x, from.y + down],
      [to.x, to.y - down],
      [to.x - across, to.y],
      [from.x + across, to.y],
      [from.x, to.y - down],
      [from.x, from.y + down],
    ];
    return element({ name: 'polygon', attributes: { class: 'cw-edge', points: corners.map((one) => one.join(',')).join(' ') } });
  };
  switch (shape) {
    case 'relay':
      return [cut(9, (to.y - from.y) / 2)];
    case 'drop':
      return [cut(8, 8)];
    case 'round':
      return [rect(0, 14)];
    case 'loop':
      return [rect(0, 14), rect(4, 10)];
    default:
      return [rect(0, shape === 'open' ? 0 : 3)];
  }
}

/** Beside boxes it begins where their borders are, half a cell further. */
function textOf({ x, y, text, weight }: LaneText, further = 0): string {
  const attributes = {
    class: weight === 'plain' ? 'cw-text' : `cw-text cw-${weight}`,
    x: at(x, WIDE) + further,
    y: at(y + 1, HIGH) - FOOT,
    textLength: text.length * WIDE,
    lengthAdjust: 'spacingAndGlyphs',
  };
  return element({ name: 'text', attributes, children: [xmlText(text)] });
}

function middle({ x, y }: CellPoint): CellPoint {
  return { x: at(x + 0.5, WIDE), y: at(y + 0.5, HIGH) };
}

function at(cells: number, size: number): number {
  return MARGIN + cells * size;
}

function rounded({ x, y }: CellPoint): CellPoint {
  return { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 };
}
