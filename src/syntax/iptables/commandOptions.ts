/** The options of iptables that are not part of a rule, and how to find them among words. man iptables; iptables xshared.c do_parse() */
import type { Word } from './ast.ts';

/** Letter, long name, and which arguments follow; `?`: may be left out; rule: the rest of the line is a rule. */
export const COMMAND_WORDS = {
  A: { long: 'append', takes: ['chain'], rule: true },
  C: { long: 'check', takes: ['chain'], rule: true },
  D: { long: 'delete', takes: ['chain', 'number?'], rule: true },
  I: { long: 'insert', takes: ['chain', 'number?'], rule: true },
  R: { long: 'replace', takes: ['chain', 'number'], rule: true },
  N: { long: 'new-chain', takes: ['chain'], rule: false },
  X: { long: 'delete-chain', takes: ['chain?'], rule: false },
  F: { long: 'flush', takes: ['chain?'], rule: false },
  Z: { long: 'zero', takes: ['chain?', 'number?'], rule: false },
  L: { long: 'list', takes: ['chain?', 'number?'], rule: false },
  S: { long: 'list-rules', takes: ['chain?', 'number?'], rule: false },
  P: { long: 'policy', takes: ['chain', 'name'], rule: false },
  E: { long: 'rename-chain', takes: ['chain', 'name'], rule: false },
} as const satisfies Record<string, { long: string; takes: readonly string[]; rule: boolean }>;

export type CommandLetter = keyof typeof COMMAND_WORDS;

/** t table, w and W lock, c counters, M modprobe, 4 and 6 family, n v x how to list, V h nothing at all */
export type OptionLetter = CommandLetter | 't' | 'w' | 'W' | 'c' | 'M' | '4' | '6' | 'n' | 'v' | 'x' | 'V' | 'h';

const LONG: ReadonlyMap<string, OptionLetter> = new Map<string, OptionLetter>([
  ...(Object.keys(COMMAND_WORDS) as CommandLetter[]).map((letter) => [`--${COMMAND_WORDS[letter].long}`, letter] as const),
  ['--table', 't'],
  ['--wait', 'w'],
  ['--wait-interval', 'W'],
  ['--set-counters', 'c'],
  ['--modprobe', 'M'],
  ['--ipv4', '4'],
  ['--ipv6', '6'],
  ['--numeric', 'n'],
  ['--verbose', 'v'],
  ['--exact', 'x'],
  ['--line-numbers', 'n'],
  ['--version', 'V'],
  ['--help', 'h'],
]);

const SHORT: ReadonlySet<string> = new Set([...Object.keys(COMMAND_WORDS), ...'twWcM46nvxVh']);

export function isOptionLetter(letter: string): letter is OptionLetter {
  return SHORT.has(letter);
}

/** Long options after which the next word is an option again. */
const WITHOUT_VALUE = new Set(['--numeric', '--verbose', '--exact', '--line-numbers', '--ipv4', '--ipv6', '--wait', '--fragment', '--syn']);

/** The option at `at`, when it is not one of a rule's own. */
export function optionAt(words: readonly Word[], at: number): OptionLetter | undefined {
  const { text, quoted } = words[at] as Word;
  if (text.charCodeAt(0) !== 45 || text.length < 2 || quoted) return undefined;
  if (text.charCodeAt(1) === 45) return LONG.get(text.split('=', 1)[0] as string);
  const letter = text[1] as string;
  return isOptionLetter(letter) && !isValueOf(words[at - 1]) ? letter : undefined;
}

/** `--comment -A` gives `-A` to the comment; which long options take a value only the extensions know. */
function isValueOf(before: Word | undefined): boolean {
  if (before === undefined || before.quoted || !before.text.startsWith('--')) return false;
  return !before.text.includes('=') && !WITHOUT_VALUE.has(before.text) && !LONG.has(before.text);
}

/** A command whose long name is cut short but still unique. Only looked for where a command must stand. */
export function abbreviatedCommand({ text, quoted }: Word): CommandLetter | undefined {
  if (quoted || !/^--[a-z]/.test(text)) return undefined;
  const name = text.slice(2).split('=', 1)[0] as string;
  const fits = (Object.keys(COMMAND_WORDS) as CommandLetter[]).filter((letter) => COMMAND_WORDS[letter].long.startsWith(name));
  return fits.length === 1 ? fits[0] : undefined;
}

const SHORT_CODES = new Set([...SHORT].map((letter) => letter.charCodeAt(0)));
/** Third character and length of the long options above. */
const LONG_SHAPES = new Set([...LONG.keys()].map((name) => name.charCodeAt(2) * 64 + name.length));

/** Cheap, and wrong in one direction only: false means that the word is part of a rule. */
export function mayBeCommand(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) !== 45 || end - start < 2) return false;
  const second = text.charCodeAt(start + 1);
  if (second !== 45) return SHORT_CODES.has(second);
  for (let at = start + 2; at < end; at++) if (text.charCodeAt(at) === 61) return true;
  return LONG_SHAPES.has(text.charCodeAt(start + 2) * 64 + end - start);
}
