/** Laws of traces in lanes, over the packets of every fixture: nothing overlaps, nothing is cut off, both forms say the same. */

import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { originOf } from '../../src/api/library/answers.ts';
import { trace } from '../../src/api/library/index.ts';
import { type CellPoint, type LaneBox, type LaneDrawing, type LaneText, layLanes } from '../../src/report/charts/lanes.ts';
import { lanesText } from '../../src/report/charts/lanesText.ts';
import { svgTrace } from '../../src/report/charts/svg.ts';
import type { TraceInput } from '../../src/report/json/traceInput.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const parser = new XMLParser({ parseTagValue: false, trimValues: false });

/** Broken laws; none are. */
function problemsOf(input: TraceInput): { readonly boxes: number; readonly problems: readonly string[] } {
  const drawing = layLanes(input, { headed: true });
  const shown = lanesText(drawing);
  const problems = [...boundsOf(drawing), ...crossings(drawing), ...pictureOf(input, drawing)];
  const rows = shown.split('\n');
  if (rows.some((row) => row.length > 80) || rows.length !== drawing.height) problems.push('more than 80 columns, or other rows');
  for (const { x, y, text } of textsOf(drawing))
    if (rows[y]?.slice(Math.floor(x)).startsWith(text.trimEnd()) !== true) problems.push(`not on the terminal: ${text}`);
  if (lanesText(layLanes(input, { headed: true })) !== shown) problems.push('another time it is drawn otherwise');
  return { boxes: drawing.boxes.length, problems: problems.length === 0 ? [] : [...problems, shown] };
}

const textsOf = ({ boxes, texts }: LaneDrawing) => [...boxes.flatMap((box) => box.texts), ...texts];

function boundsOf({ boxes, texts, lines, width, height }: LaneDrawing): string[] {
  const page = { x: 0, y: 0, width, height };
  const areas = [
    ...boxes,
    ...texts.map(areaOf),
    ...lines.flatMap(({ points }) => points.map((point) => ({ ...point, width: 1, height: 1 }))),
  ];
  return [
    ...areas.flatMap((area) => (holds(page, area) ? [] : [`outside: ${JSON.stringify(area)}`])),
    ...boxes.flatMap((box) => box.texts.filter((text) => !holds(inside(box), areaOf(text))).map(({ text }) => `leaves its box: ${text}`)),
  ];
}

/** A line joins the borders of two boxes, and passes beside all others and beside texts. */
function crossings({ boxes, texts, lines }: LaneDrawing): string[] {
  const solid = [...boxes, ...texts.map(areaOf)];
  const runs = lines.flatMap(({ points }) => points.slice(1).map((to, at) => runOf(points[at] ?? to, to)));
  return [
    ...solid.flatMap((one, at) =>
      solid.slice(at + 1).flatMap((other) => (overlap(one, other) ? [`overlap: ${JSON.stringify([one, other])}`] : [])),
    ),
    ...runs.flatMap((run) => (run.width > 1 && run.height > 1 ? ['a line that is not straight'] : [])),
    ...runs.flatMap((run) =>
      [...boxes.map(inside), ...texts.map(areaOf)].flatMap((one) => (overlap(run, one) ? [`a line crosses ${JSON.stringify(one)}`] : [])),
    ),
  ];
}

function pictureOf(input: TraceInput, drawing: LaneDrawing): string[] {
  const picture = svgTrace(input);
  if (XMLValidator.validate(picture) !== true) return ['not XML'];
  const [width, height] = [/ width="(\d+)"/, / height="(\d+)"/].map((form) => Number(form.exec(picture)?.[1])) as [number, number];
  const written = [...picture.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => parser.parse(`<a>${text}</a>`).a as string);
  const across = [
    ...[...picture.matchAll(/ x[12]?="([^"]*)"/g)].map(([, x]) => Number(x)),
    ...[...picture.matchAll(/ x="([^"]*)" y="[^"]*" (?:textLength|width)="([^"]*)"/g)].map(([, x, length]) => Number(x) + Number(length)),
  ];
  const down = [
    ...[...picture.matchAll(/ y[12]?="([^"]*)"/g)].map(([, y]) => Number(y)),
    ...[...picture.matchAll(/ y="([^"]*)" width="[^"]*" height="([^"]*)"/g)].map(([, y, length]) => Number(y) + Number(length)),
  ];
  for (const [, points = ''] of picture.matchAll(/ points="([^"]*)"/g))
    for (const point of points.split(' ')) {
      const [x = 0, y = 0] = point.split(',').map(Number);
      across.push(x);
      down.push(y);
    }
  return [
    // heard from top to bottom, whatever the order in which it was laid out
    ...(JSON.stringify(written.toSorted()) ===
    JSON.stringify(
      textsOf(drawing)
        .map(({ text }) => text)
        .toSorted(),
    )
      ? []
      : ['another text in the picture']),
    ...(across.every((x) => x >= 0 && x <= width) ? [] : ['wider than the picture']),
    ...(down.every((y) => y >= 0 && y <= height) ? [] : ['higher than the picture']),
  ];
}

type Area = Pick<LaneBox, 'x' | 'y' | 'width' | 'height'>;

const areaOf = ({ x, y, text }: LaneText): Area => ({ x, y, width: text.length, height: 1 });

function inside({ x, y, width, height }: Area): Area {
  return { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
}

function holds(a: Area, b: Area): boolean {
  return b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height;
}

function runOf(from: CellPoint, to: CellPoint): Area {
  return { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(from.x - to.x) + 1, height: Math.abs(from.y - to.y) + 1 };
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inputOf(...given: Parameters<typeof trace>): TraceInput {
  const origin = originOf(trace(...given));
  if (origin?.kind !== 'trace') throw new Error('no trace');
  return origin.input;
}

describe.each(fixtureNames())('%s', (name) => {
  it('is drawn within its bounds, and the same twice', () => {
    const { text, host } = readFixture(name);
    const rulesets = rulesetsOf(text);
    let boxes = 0;
    const problems: string[] = [];
    for (const packet of fc.sample(packets(text, { host, unusual: true }), { numRuns: 5, seed: 7 })) {
      const ruleset = rulesets.find(({ family }) => family === (packet.dst.includes(':') ? 6 : 4));
      if (ruleset === undefined) continue;
      const input = inputOf(ruleset, packet, { host });
      for (const whole of [false, true]) {
        const drawn = problemsOf({ ...input, whole });
        boxes += drawn.boxes;
        problems.push(...drawn.problems);
      }
    }
    expect(problems).toEqual([]);
    expect(boxes).toBeGreaterThan(8);
  });
});

it('markup, controls and marks of direction in rules stay text', () => {
  const hostile = '</text><script>alert(1)</script>\u202e\u0007&amp;"\'\ud800';
  const rules = `*filter\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp -m comment --comment "${hostile.replaceAll('"', '')}" -j LOG --log-prefix "<b>&lt;"\n-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n`;
  const input = { ...inputOf(rules, 'out tcp -> 203.0.113.9:443'), file: `${hostile}.rules`, warnings: [hostile] };
  expect(problemsOf(input).problems).toEqual([]);
  expect(layLanes(input, { headed: true }).boxes.some(({ shape }) => shape === 'drop')).toBe(true);
  const picture = svgTrace(input);
  expect(picture).not.toContain('<script');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(picture).not.toMatch(/[\u0000-\u0008\u202e\ud800]/);
});
