/** A trace in lanes for a terminal: 80 columns of ASCII. */
import type { BoxShape, LaneBox, LaneDrawing, LaneLine } from './lanes.ts';

interface Border {
  readonly across: string;
  readonly down: string;
  /** left upper, right upper, left lower, right lower */
  readonly corners: readonly [string, string, string, string];
}

const BORDERS: Readonly<Record<BoxShape, Border>> = {
  rule: { across: '-', down: '|', corners: ['+', '+', '+', '+'] },
  aside: { across: '.', down: ':', corners: ['.', '.', ':', ':'] },
  round: { across: '-', down: '|', corners: ['.', '.', "'", "'"] },
  relay: { across: '-', down: '|', corners: ['/', '\\', '\\', '/'] },
  drop: { across: '#', down: '#', corners: ['#', '#', '#', '#'] },
  open: { across: '?', down: '?', corners: ['?', '?', '?', '?'] },
  loop: { across: '*', down: '*', corners: ['*', '*', '*', '*'] },
};

/** Without a line feed at its end. */
export function lanesText({ width, height, lanes, spans, boxes, texts, lines }: LaneDrawing): string {
  const page = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  const put = (x: number, y: number, char: string) => {
    const row = page[y];
    if (row !== undefined && x >= 0 && x < width) row[x] = char;
  };
  for (const { from, to } of spans)
    for (const { name, centre } of lanes) if (name !== 'rules') for (let y = from + 1; y < to; y++) put(centre, y, ':');
  for (const line of lines) drawLine(line, put);
  for (const box of boxes) drawBox(box, put);
  for (const line of lines) drawArrow(line, put);
  // cells are counted as widths are, also where a character has two
  for (const { x, y, text } of [...texts, ...boxes.flatMap((box) => box.texts)])
    for (let at = 0; at < text.length; at++) put(Math.floor(x) + at, y, text[at] ?? ' ');
  return page.map((row) => row.join('').trimEnd()).join('\n');
}

type Put = (x: number, y: number, char: string) => void;

function drawBox({ shape, x, y, width, height }: LaneBox, put: Put): void {
  const { across, down, corners } = BORDERS[shape];
  const [right, bottom] = [x + width - 1, y + height - 1];
  for (let row = y; row <= bottom; row++) for (let column = x; column <= right; column++) put(column, row, ' ');
  for (let column = x; column <= right; column++) for (const row of [y, bottom]) put(column, row, across);
  for (let row = y; row <= bottom; row++) for (const column of [x, right]) put(column, row, down);
  put(x, y, corners[0]);
  put(right, y, corners[1]);
  put(x, bottom, corners[2]);
  put(right, bottom, corners[3]);
}

function drawLine({ points, kind }: LaneLine, put: Put): void {
  for (const [at, to] of points.entries()) {
    const from = points[at - 1];
    if (from === undefined) continue;
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    if (from.y === to.y) for (let x = left; x <= right; x++) put(x, from.y, kind === 'loop' ? '=' : '-');
    else for (let y = top; y <= bottom; y++) put(from.x, y, '|');
  }
  for (const { x, y } of points.slice(1, -1)) put(x, y, '+');
}

/** Before the border of the box, or on it, where it stands right below another. */
function drawArrow({ points, arrow }: LaneLine, put: Put): void {
  const [before, to] = points.slice(-2);
  if (!arrow || before === undefined || to === undefined) return;
  if (before.y !== to.y) put(to.x, to.y, 'v');
  else put(before.x < to.x ? to.x - 1 : to.x + 1, to.y, before.x < to.x ? '>' : '<');
}
