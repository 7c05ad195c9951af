/** Words of recognised lines: quotes and escapes undone, equal short texts shared. iptables xshared.c add_param_to_argv() */

import { captures } from '../generated/iptablesSave.ts';
import type { MatchState } from '../grammar/recogniser.ts';
import type { Line } from '../text/lines.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { RuleNode, Word } from './ast.ts';
import { mayBeCommand } from './commandOptions.ts';

/** Words among the captures `events[from]` to `events[to]`. */
export function lineWords({
  text,
  events,
  from,
  to,
}: {
  readonly text: string;
  readonly events: Int32Array;
  readonly from: number;
  readonly to: number;
}): Word[] {
  const words: Word[] = [];
  for (let at = from; at < to; at += 3) {
    if (events[at] !== captures.word) continue;
    const start = events[at + 1] as number;
    const end = events[at + 2] as number;
    const quoted = at + 3 < to && events[at + 3] === captures.quoted;
    words.push({ text: quoted ? unquoted({ text, events, at: at + 3, to }, start) : share(text, start, end), quoted, start, end });
  }
  return words;
}

/** iptables xshared.c add_param_to_argv(): a buffer of 1024 bytes with the closing NUL */
const LONGEST_WORD = 1023;
/** iptables xshared.h MAX_ARGC, less the program's name, `-t` and the table. fact: 251 words load, 252 do not, counters apart */
const MOST_WORDS = 251;

/** Why iptables-restore would not take a recognised line, whatever it says. */
export function overlong(line: Line, { text, events, top }: MatchState): Pick<TextFinding, 'code' | 'message' | 'span'> | undefined {
  if (line.end - line.start <= LONGEST_WORD && top <= 3 * MOST_WORDS) return undefined;
  const words = lineWords({ text, events, from: 0, to: top });
  const long = words.find((word) => word.text.length > LONGEST_WORD);
  if (long !== undefined)
    return {
      code: 'line-too-long',
      message: `this word has ${long.text.length} characters; iptables-restore takes at most ${LONGEST_WORD}`,
      span: long,
    };
  const { start, end } = line;
  return words.length <= MOST_WORDS
    ? undefined
    : {
        code: 'line-too-long',
        message: `this line has ${words.length} words; iptables-restore takes at most ${MOST_WORDS}`,
        span: { start, end },
      };
}

/** `-A CHAIN` and nothing else that is not part of a rule, from the capture `from` on: what dumps are made of. */
export function isPlainAppend({ text, events, top }: MatchState, from: number): boolean {
  const start = events[from + 1] as number;
  if (top < from + 6 || (events[from + 2] as number) - start !== 2) return false;
  if (text.charCodeAt(start) !== 45 || text.charCodeAt(start + 1) !== 65 || text.charCodeAt(events[from + 4] as number) === 45)
    return false;
  if (events[from + 3] !== captures.word || (top > from + 6 && events[from + 6] !== captures.word)) return false;
  for (let at = from + 6; at < top; at += 3) {
    if (events[at] === captures.word && mayBeCommand(text, events[at + 1] as number, events[at + 2] as number)) return false;
  }
  return true;
}

interface Captured {
  readonly text: string;
  readonly events: Int32Array;
  readonly at: number;
  readonly to: number;
}

/** Text of the word that starts at `start` and whose quoted part is the capture at `at`. */
function unquoted({ text, events, at, to }: Captured, start: number): string {
  const open = events[at + 1] as number;
  const close = (events[at + 2] as number) - 1;
  let out = text.slice(start, open);
  let from = open + 1;
  for (let next = at + 3; next < to && events[next] === captures.escape; next += 3) {
    const backslash = events[next + 1] as number;
    out += text.slice(from, backslash);
    from = backslash + 1;
  }
  return out + text.slice(from, close);
}

const SHARED: (string | undefined)[] = new Array(4096);

/** `text.slice(start, end)`, the same string object for recent equal slices: `-A`, `tcp`, chain names. Saves memory, and hashing later. */
export function share(text: string, start: number, end: number): string {
  const length = end - start;
  if (length > 32) return text.slice(start, end);
  let hash = length;
  for (let at = start; at < end; at++) hash = (hash * 31 + text.charCodeAt(at)) | 0;
  const slot = (hash ^ (hash >>> 12)) & 4095;
  const known = SHARED[slot];
  if (known !== undefined && known.length === length && text.startsWith(known, start)) return known;
  const fresh = text.slice(start, end);
  SHARED[slot] = fresh;
  return fresh;
}

/** Captures of all rules of a table block, one after the other. */
export interface Tokens {
  readonly text: string;
  events: Int32Array;
  used: number;
  /** a kernel printed the block */
  saved: boolean;
}

export function newTokens(text: string): Tokens {
  return { text, events: new Int32Array(1024), used: 0, saved: false };
}

/** Keeps the captures of `s` from `from` on; returns where they are. */
function keep(tokens: Tokens, s: MatchState, from: number): Span {
  const start = tokens.used;
  const end = start + s.top - from;
  if (end > tokens.events.length) {
    const bigger = new Int32Array(Math.max(end, tokens.events.length * 2));
    bigger.set(tokens.events);
    tokens.events = bigger;
  }
  const { events } = tokens;
  for (let at = from; at < s.top; at++) events[start + at - from] = s.events[at] as number;
  tokens.used = end;
  return { start, end };
}

/** A rule whose words are made on demand: a dump of 100,000 rules has 1.5 million of them, and each is read once. */
class DumpedRule implements RuleNode {
  readonly line: number;
  readonly #start: number;
  readonly #end: number;
  readonly #tokens: Tokens;
  /** where the captures of the chain and of the words are */
  readonly #from: number;
  readonly #to: number;

  constructor({ number, start, end }: Line, tokens: Tokens, kept: Span) {
    this.line = number;
    this.#start = start;
    this.#end = end;
    this.#tokens = tokens;
    this.#from = kept.start;
    this.#to = kept.end;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }

  get saved(): boolean {
    return this.#tokens.saved;
  }

  get chain(): Word {
    const { text, events } = this.#tokens;
    return lineWords({ text, events, from: this.#from, to: this.#from + 3 })[0] as Word;
  }

  get words(): readonly Word[] {
    const { text, events } = this.#tokens;
    return lineWords({ text, events, from: this.#from + 3, to: this.#to });
  }
}

/** The rule of a line `-A CHAIN ...` that `s` has recognised; its chain is the capture at `from`. */
export function ruleFrom(
  line: Line,
  { tokens, s, from }: { readonly tokens: Tokens; readonly s: MatchState; readonly from: number },
): RuleNode {
  return new DumpedRule(line, tokens, keep(tokens, s, from));
}
