/** Words of a recognised line: quotes and escapes undone, equal short texts shared. iptables xshared.c add_param_to_argv() */
import type { Word } from './ast.ts';
import { captures } from './generated/iptablesSave.ts';
import type { State } from './recogniser.ts';

/** Words among the captures of `s`, from the capture at `from` on. */
export function wordsOf(s: State, from: number): Word[] {
  const words: Word[] = [];
  const { events } = s;
  for (let at = from; at < s.top; at += 3) {
    if (events[at] !== captures.word) continue;
    const start = events[at + 1] as number;
    const end = events[at + 2] as number;
    const quoted = at + 3 < s.top && events[at + 3] === captures.quoted;
    words.push({ text: quoted ? unquoted(s, at + 3, start) : share(s.text, start, end), quoted, start, end });
  }
  return words;
}

/** Text of the word that starts at `start` and whose quoted part is the capture at `at`. */
function unquoted(s: State, at: number, start: number): string {
  const { events, text } = s;
  const open = events[at + 1] as number;
  const close = (events[at + 2] as number) - 1;
  let out = text.slice(start, open);
  let from = open + 1;
  for (let next = at + 3; next < s.top && events[next] === captures.escape; next += 3) {
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
