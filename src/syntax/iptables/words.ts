/** Words of recognised lines: quotes and escapes undone, equal short texts shared. iptables xshared.c add_param_to_argv() */

import { captures } from '../generated/iptablesSave.ts';
import type { MatchState } from '../grammar/recogniser.ts';
import type { Line } from '../text/lines.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Word } from './ast.ts';
import { mayBeCommand } from './commandOptions.ts';

/** The captures `events[from]` to `events[to]` of a text. */
export interface Captured {
  readonly text: string;
  readonly events: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** The words among them. */
export function lineWords({ text, events, from, to }: Captured): Word[] {
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

interface Quoted {
  readonly text: string;
  readonly events: Int32Array;
  readonly at: number;
  readonly to: number;
}

/** Text of the word that starts at `start` and whose quoted part is the capture at `at`. */
function unquoted({ text, events, at, to }: Quoted, start: number): string {
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
