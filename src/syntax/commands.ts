/** What a line asks iptables to do: the options that are not part of a rule. man iptables COMMANDS; iptables xshared.c do_parse() */
import type { Family } from '../packet/address.ts';
import type { Word } from './ast.ts';
import type { Finding } from './report.ts';
import type { Span } from './source.ts';

export type Command =
  | { readonly kind: 'append' | 'check' | 'delete'; readonly chain: Word; readonly words: readonly Word[] }
  /** `at` is 1-based */
  | {
      readonly kind: 'insert' | 'replace';
      readonly chain: Word;
      readonly at: number;
      readonly words: readonly Word[];
      readonly number?: Word;
    }
  | { readonly kind: 'deleteAt'; readonly chain: Word; readonly at: number; readonly number: Word }
  | { readonly kind: 'flush' | 'deleteChain'; readonly chain?: Word }
  /** listings and counters: nothing changes */
  | { readonly kind: 'look' }
  | { readonly kind: 'newChain'; readonly chain: Word }
  | { readonly kind: 'rename'; readonly chain: Word; readonly to: Word }
  | { readonly kind: 'policy'; readonly chain: Word; readonly policy: Word };

export interface CommandLine {
  readonly command: Command;
  readonly table?: Word;
  /** `-4` or `-6` was given */
  readonly family?: Family;
  /** options that only a shell may give: -t, -w */
  readonly shellOnly: readonly Word[];
}

/** Letter, long name, and which arguments follow: chain, number, name; `?` may be left out; rule: the rest is a rule. */
const COMMANDS = {
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

type Letter = keyof typeof COMMANDS;

/** Other options that are not part of a rule, and how many arguments they take. */
const OTHERS: Readonly<Record<string, string>> = {
  '--table': 't',
  '--wait': 'w',
  '--wait-interval': 'W',
  '--set-counters': 'c',
  '--modprobe': 'M',
  '--ipv4': '4',
  '--ipv6': '6',
  '--numeric': 'n',
  '--verbose': 'v',
  '--exact': 'x',
  '--line-numbers': 'n',
  '--version': 'V',
  '--help': 'h',
};

const SHORT = new Set([...Object.keys(COMMANDS), 't', 'w', 'W', 'c', 'M', '4', '6', 'n', 'v', 'x', 'V', 'h']);
const CLUSTERED = /^-[nvx46]+/;

/** True when `words` from `from` on are a rule and nothing else. */
export function isPlainRule(words: readonly Word[], from: number): boolean {
  for (let at = from; at < words.length; at++) if (optionOf(words, at) !== undefined) return false;
  return true;
}

/** The letter of the option at `at` when it is none of a rule's own. */
function optionOf(words: readonly Word[], at: number): string | undefined {
  const word = words[at] as Word;
  const { text } = word;
  if (text.charCodeAt(0) !== 45 || text.length < 2 || word.quoted) return undefined;
  if (text.charCodeAt(1) !== 45) {
    const letter = text[1] as string;
    if (!SHORT.has(letter)) return undefined;
    // `--comment -A` gives `-A` to the comment, which only the extension can know
    const before = words[at - 1];
    return before?.text.startsWith('--') === true && !before.quoted && !before.text.includes('=') && !NO_VALUE.has(before.text)
      ? undefined
      : letter;
  }
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return OTHERS[name] ?? LONG.get(name);
}

const LONG = new Map(Object.entries(COMMANDS).map(([letter, { long }]) => [`--${long}`, letter]));
/** Long options after which a new option starts. */
const NO_VALUE = new Set(['--numeric', '--verbose', '--exact', '--line-numbers', '--ipv4', '--ipv6', '--wait', '--fragment', '--syn']);

/** Long command names may be cut short as long as they stay unique; only looked for where a command must stand. */
function abbreviated(word: Word): string | undefined {
  if (!word.text.startsWith('--') || word.text.length < 3) return undefined;
  const name = word.text.split('=')[0] as string;
  const fits = [...LONG].filter(([long]) => long.startsWith(name));
  return fits.length === 1 ? fits[0]?.[1] : undefined;
}

/** Reads the words after `iptables`, or all words of a restore line. `line` is blamed when there is no command. */
export function readCommand(words: readonly Word[], line: Span): CommandLine | Finding {
  const rest: Word[] = [];
  const shellOnly: Word[] = [];
  let letter: Letter | undefined;
  let by: Word | undefined;
  const taken: { chain?: Word; number?: Word; name?: Word } = {};
  let table: Word | undefined;
  let family: Family | undefined;
  let looked = false;
  let at = 0;

  /** the argument of the option just read: glued to it, after `=`, or the next word */
  const argument = (word: Word, optional: boolean): Word | undefined => {
    const glued = gluedTo(word);
    if (glued !== undefined) return glued;
    const next = words[at];
    if (next === undefined || (optional && !next.quoted && /^[-!]/.test(next.text))) return undefined;
    at++;
    return next;
  };

  while (at < words.length) {
    let word = words[at] as Word;
    let option = optionOf(words, at) ?? (letter === undefined && rest.length === 0 ? abbreviated(word) : undefined);
    at++;
    if (option === undefined) {
      rest.push(word);
      continue;
    }
    const cluster = CLUSTERED.exec(word.text)?.[0];
    if (cluster !== undefined) {
      if (cluster.includes('4')) family = 4;
      if (cluster.includes('6')) family = 6;
      if (cluster.length === word.text.length) continue;
      option = word.text[cluster.length] as string;
      word = { ...word, text: `-${word.text.slice(cluster.length)}`, start: word.start + cluster.length - 1 };
      if (!SHORT.has(option)) return malformed(`unknown option \`-${option}\``, word);
    }
    switch (option) {
      case '4':
      case '6':
        family = option === '4' ? 4 : 6;
        continue;
      case 'n':
      case 'v':
      case 'x':
        continue;
      case 'V':
      case 'h':
        looked = true;
        continue;
      case 't': {
        shellOnly.push(word);
        table = argument(word, false);
        if (table === undefined) return malformed(`option \`${word.text}\` needs a table name`, word);
        continue;
      }
      case 'w':
      case 'W':
        shellOnly.push(word);
        argument(word, true);
        continue;
      case 'M':
        argument(word, false);
        continue;
      case 'c': {
        const packets = argument(word, false);
        const bytes = packets?.text.includes(',') ? packets : argument({ ...word, text: '-c' }, false);
        const [p, b] = packets?.text.includes(',') ? packets.text.split(',') : [packets?.text, bytes?.text];
        if (!/^\d+$/.test(p ?? '') || !/^\d+$/.test(b ?? '')) return malformed(`option \`${word.text}\` needs two numbers`, word);
        continue;
      }
    }
    if (letter !== undefined)
      return malformed(`cannot use \`${word.text}\` together with \`${by?.text}\``, word, 'write one command a line');
    letter = option as Letter;
    by = word;
    for (const [index, wanted] of COMMANDS[letter].takes.entries()) {
      const optional = wanted.endsWith('?');
      const given = index === 0 ? argument(word, optional) : argument({ ...word, text: '-' }, optional || wanted === 'number');
      if (given !== undefined) taken[wanted.replace('?', '') as keyof typeof taken] = given;
      else if (!optional) return malformed(`\`${word.text}\` needs a ${wanted === 'number' ? 'rule number' : `${wanted} name`}`, word);
      else break;
    }
  }

  if (letter === undefined || by === undefined) {
    if (looked) return { command: { kind: 'look' }, shellOnly };
    const first = words[0];
    if (first !== undefined && !first.text.startsWith('-') && first.text !== '!') return malformed(`bad argument \`${first.text}\``, first);
    return malformed('no command in this line', line, 'a line starts with a command such as `-A CHAIN`');
  }
  const extra = rest[0];
  if (extra !== undefined && (!COMMANDS[letter].rule || (letter === 'D' && taken.number !== undefined))) {
    return malformed(`bad argument \`${extra.text}\``, extra);
  }
  if (letter !== 'A' && taken.number !== undefined && !isRuleNumber(taken.number.text)) {
    return malformed(`invalid rule number \`${taken.number.text}\``, taken.number, 'rules are counted from 1');
  }
  return { command: commandOf(letter, taken, rest), shellOnly, ...(table && { table }), ...(family && { family }) };
}

function commandOf(letter: Letter, taken: { chain?: Word; number?: Word; name?: Word }, words: readonly Word[]): Command {
  const chain = taken.chain as Word;
  const { number } = taken;
  const at = number === undefined ? 1 : Number(number.text);
  switch (letter) {
    case 'A':
      return { kind: 'append', chain, words };
    case 'C':
      return { kind: 'check', chain, words };
    case 'D':
      return number === undefined ? { kind: 'delete', chain, words } : { kind: 'deleteAt', chain, at, number };
    case 'I':
      return { kind: 'insert', chain, at, words, ...(number && { number }) };
    case 'R':
      return { kind: 'replace', chain, at, words, ...(number && { number }) };
    case 'N':
      return { kind: 'newChain', chain };
    case 'X':
      return { kind: 'deleteChain', ...(taken.chain && { chain }) };
    case 'F':
      return { kind: 'flush', ...(taken.chain && { chain }) };
    case 'P':
      return { kind: 'policy', chain, policy: taken.name as Word };
    case 'E':
      return { kind: 'rename', chain, to: taken.name as Word };
    case 'Z':
    case 'L':
    case 'S':
      return { kind: 'look' };
  }
}

/** Kernel rule numbers are 32 bits; 0 is refused. */
function isRuleNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= 0xffff_ffff;
}

function gluedTo(word: Word): Word | undefined {
  const from = word.text.startsWith('--') ? word.text.indexOf('=') + 1 : 2;
  if (from === 0 || from >= word.text.length) return undefined;
  return { text: word.text.slice(from), quoted: false, start: word.start + from, end: word.end };
}

function malformed(message: string, span: Span, help?: string): Finding {
  return { kind: 'malformed', message, span: { start: span.start, end: span.end }, help };
}
