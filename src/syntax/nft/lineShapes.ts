/** Lines that differ in constants only are recognised by their shape: what the grammar took of the first one stands for the others, with the
 *  places moved. Of 70,000 rules of kube-proxy the grammar reads some twenty, a third of the time of `check`. The grammar stays the only
 *  source of the language: it decides over each shape, and a line without tokens that it could read otherwise has the same tree. */
import { captures } from '../generated/nft.ts';
import { grow, type MatchState } from '../grammar/recogniser.ts';
import type { Span } from '../text/source.ts';
import type { NftLikeness } from './ast.ts';
import { type LineTokens, lineTokens } from './lineTokens.ts';

/** What was taken: of each part its kind, then for start and end the place that it is behind, and how far. */
interface LineShape {
  readonly parts: Int32Array;
  /** of the rules read so, by what decides whether they load */
  readonly likes: Map<string, NftLikeness>;
}

export type LineShapes = Map<string, LineShape>;

/** Of a text with more of them, those that came first are known. */
const MOST_SHAPES = 2000;
const MOST_LIKES = 200;

export interface ShapedLine {
  readonly tokens: LineTokens;
  readonly start: number;
  readonly end: number;
}

/** From here to the end of the line. Undefined: it is of no use to look for its shape. */
export function shapedLine(text: string, { start, end: last }: Span): ShapedLine | undefined {
  const end = text.indexOf('\n', start);
  if (end < 0 || end >= last) return undefined;
  const tokens = lineTokens(text, start, end);
  return tokens && { tokens, start, end };
}

/** To the comma or brace behind an element, where nothing is between that could hold one. */
export function shapedElement(text: string, { start, end: last }: Span): ShapedLine | undefined {
  INSIDE_ELEMENT.lastIndex = start;
  const index = INSIDE_ELEMENT.test(text) ? INSIDE_ELEMENT.lastIndex : last;
  const sign = text[index];
  if (index >= last || (sign !== ',' && sign !== '}')) return undefined;
  let end = index;
  while (end > start && text[end - 1] === ' ') end--;
  const tokens = lineTokens(text, start, end);
  return tokens && { tokens: { ...tokens, shape: tokens.shape + sign }, start, end };
}

const INSIDE_ELEMENT = /(?:[^,{}"\n#]|"[^"\n]*")+/y;

/** Leaves in the state what the grammar would. */
export function takeByShape(shapes: LineShapes, { tokens, start, end }: ShapedLine, s: MatchState): boolean {
  const parts = shapes.get(tokens.shape)?.parts;
  if (parts === undefined) return false;
  const { places } = tokens;
  let top = 0;
  for (let at = 0; at < parts.length; at += 5) {
    if (top + 3 > s.events.length) grow(s);
    s.events[top] = parts[at] as number;
    s.events[top + 1] = start + (places[parts[at + 1] as number] as number) + (parts[at + 2] as number);
    s.events[top + 2] = start + (places[parts[at + 3] as number] as number) + (parts[at + 4] as number);
    top += 3;
  }
  Object.assign(s, { top, at: end, far: -1, misses: 0, quiet: 0, depth: 0, deep: -1 });
  return true;
}

/** Keeps what the grammar took, if it took the line to its end and no token is more than one part. */
export function keepShape(shapes: LineShapes, { tokens, start, end }: ShapedLine, s: MatchState): void {
  if (shapes.size >= MOST_SHAPES) return;
  const { places, calls, sets, shape } = tokens;
  if (s.at !== end) return;
  const parts = new Int32Array((s.top / 3) * 5);
  const named = new Set<number>();
  const referred = new Map<number, number>();
  for (let from = 0, to = 0; from < s.top; from += 3, to += 5) {
    parts[to] = s.events[from] as number;
    for (const side of [1, 2]) {
      const offset = (s.events[from + side] as number) - start;
      const place = placeBefore(places, offset);
      const behind = offset - (places[place] as number);
      if (place % 2 === 1 && behind > 0) return;
      parts[to + side * 2 - 1] = place;
      parts[to + side * 2] = behind;
    }
    if (parts[to] === captures.jumped && isToken(parts, to)) named.add(parts[to + 1] as number);
    if (parts[to] === captures.reference) referred.set((s.events[from + 1] as number) - start, (s.events[from + 2] as number) - start);
  }
  // `iifname goto accept` calls no chain, `@nh,0,8` is no set
  const isSet = (at: number): boolean => referred.get((places[at] as number) - 1) === places[at + 1];
  if (calls.every((call) => named.has(call)) && sets.every(isSet)) shapes.set(shape, { parts, likes: new Map() });
}

/** It is the token that starts at its first place, and no more. */
function isToken(parts: Int32Array, at: number): boolean {
  return parts[at + 2] === 0 && parts[at + 4] === 0 && parts[at + 3] === (parts[at + 1] as number) + 1;
}

/** The last one that is not behind it. Those of tokens that touch are one in every line of the shape. */
function placeBefore(places: readonly number[], offset: number): number {
  let found = 0;
  while (found + 1 < places.length && (places[found + 1] as number) <= offset) found++;
  return found;
}

export function nftLikenessOf(shapes: LineShapes, { tokens: { shape, sets, deciding } }: ShapedLine): NftLikeness | undefined {
  // what a variable stands for is not in the line
  const likes = shape.includes('$') ? undefined : shapes.get(shape)?.likes;
  if (likes === undefined) return undefined;
  const known = likes.get(deciding);
  if (known !== undefined || likes.size >= MOST_LIKES) return known;
  const made: NftLikeness = { number: likes.size, ...(sets.length > 0 && { namesSets: true }) };
  likes.set(deciding, made);
  return made;
}
