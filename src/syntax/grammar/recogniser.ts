/** What the compiled grammars share: the state of one match and how it fails. */
import type { Span } from '../text/source.ts';

/** Mutable on purpose: one match runs over one state, and the recogniser is the hot path of reading a dump. */
export interface MatchState {
  text: string;
  at: number;
  end: number;
  /** captures as triples: id, start, end; a rule comes before what it contains */
  events: Int32Array;
  top: number;
  /** furthest position where something was expected, and what: the first `misses` of `missed` are indices into `expected` */
  far: number;
  readonly missed: Int32Array;
  misses: number;
  /** above 0 inside a described rule or a `~`: failures there are not reported */
  quiet: number;
  /** rules within themselves */
  depth: number;
  /** where the text is nested too deep; below 0: nowhere */
  deep: number;
}

/** Deeper than any rule that a kernel takes, and far above what the stack holds. */
const MOST_DEPTH = 100;

export interface CompiledGrammar<Rule extends string = string> {
  readonly rules: Readonly<Record<Rule, (s: MatchState) => boolean>>;
  readonly captureNames: readonly string[];
  readonly expected: readonly string[];
}

export function newMatchState(text: string): MatchState {
  return {
    text,
    at: 0,
    end: 0,
    events: new Int32Array(3 * 256),
    top: 0,
    far: -1,
    missed: new Int32Array(64),
    misses: 0,
    quiet: 0,
    depth: 0,
    deep: -1,
  };
}

/** Does `rule` take the whole of `text` between `start` and `end`? Captures and failure are left in `s`. */
export function runRule(s: MatchState, rule: (s: MatchState) => boolean, { start, end }: Span): boolean {
  if (!runStart(s, rule, { start, end })) return false;
  if (s.at === end) return true;
  miss(s, 0);
  return false;
}

/** Does `rule` take what `text` begins with at `start`? It ends at `s.at`. */
export function runStart(s: MatchState, rule: (s: MatchState) => boolean, { start, end }: Span): boolean {
  s.at = start;
  s.end = end;
  s.top = 0;
  s.far = -1;
  s.misses = 0;
  s.quiet = 0;
  s.depth = 0;
  s.deep = -1;
  return rule(s);
}

/** Once too deep, no rule is tried that could come there in another way. */
export function enter(s: MatchState): boolean {
  if (s.deep < 0 && s.depth >= MOST_DEPTH) s.deep = s.at;
  if (s.deep >= 0) return false;
  s.depth++;
  return true;
}

export function miss(s: MatchState, id: number): void {
  if (s.at < s.far || s.quiet > 0) return;
  if (s.at > s.far) {
    s.far = s.at;
    s.misses = 0;
  }
  if (s.misses < s.missed.length) s.missed[s.misses++] = id;
}

export function grow(s: MatchState): void {
  const bigger = new Int32Array(s.events.length * 2);
  bigger.set(s.events);
  s.events = bigger;
}

/** What the furthest failure expected, each once. */
export function expectedBy(s: MatchState, grammar: CompiledGrammar): readonly string[] {
  return [...new Set([...s.missed.subarray(0, s.misses)].map((id) => grammar.expected[id] ?? ''))];
}
