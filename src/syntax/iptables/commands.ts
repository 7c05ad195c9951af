/** What a line asks iptables to do. man iptables, COMMANDS and OTHER OPTIONS; iptables xshared.c do_parse() */
import type { Family } from '../../packet/address.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { Word } from './ast.ts';
import { abbreviatedCommand, COMMAND_WORDS, type CommandLetter, isOptionLetter, type OptionLetter, optionAt } from './commandOptions.ts';

/** The words of a rule, and the chain that it is for. */
export interface RuleText {
  readonly chain: Word;
  readonly words: readonly Word[];
}

/** A place in a chain: `at` counts from 1, `number` is where it was written. */
export interface ChainPosition {
  readonly chain: Word;
  readonly at: number;
  readonly number?: Word;
}

export type RuleCommand =
  | ({ readonly kind: 'append' | 'check' | 'delete' } & RuleText)
  | ({ readonly kind: 'insert' | 'replace' } & RuleText & ChainPosition)
  | ({ readonly kind: 'deleteAt' } & ChainPosition)
  | { readonly kind: 'flush' | 'deleteChain'; readonly chain?: Word }
  | { readonly kind: 'newChain'; readonly chain: Word }
  | { readonly kind: 'rename'; readonly chain: Word; readonly to: Word }
  | { readonly kind: 'policy'; readonly chain: Word; readonly policy: Word }
  /** listings and counters: nothing changes */
  | { readonly kind: 'look'; readonly chain?: Word };

export interface CommandLine {
  readonly command: RuleCommand;
  readonly table?: Word;
  /** `-4` or `-6` was given */
  readonly family?: Family;
  /** options that only a shell may give: -t, -w */
  readonly shellOnly: readonly Word[];
}

interface Reading {
  readonly words: readonly Word[];
  /** index of the next word */
  at: number;
  readonly rest: Word[];
  readonly shellOnly: Word[];
  table?: Word;
  family?: Family;
  /** -V or -h: iptables prints and does nothing */
  looked: boolean;
  command?: { readonly letter: CommandLetter; readonly by: Word };
  readonly taken: { chain?: Word; number?: Word; name?: Word };
}

/** Reads the words after `iptables`, or those of a restore line. `line` is blamed when there is no command. */
export function readCommand(words: readonly Word[], line: Span): CommandLine | TextFinding {
  const reading: Reading = { words, at: 0, rest: [], shellOnly: [], looked: false, taken: {} };
  while (reading.at < words.length) {
    const word = words[reading.at] as Word;
    const first = reading.command === undefined && reading.rest.length === 0;
    const option = optionAt(words, reading.at) ?? (first ? abbreviatedCommand(word) : undefined);
    reading.at++;
    const problem = option === undefined ? void reading.rest.push(word) : readOption(reading, option, word);
    if (problem !== undefined) return problem;
  }
  return finish(reading, line);
}

function readOption(reading: Reading, option: OptionLetter, word: Word): TextFinding | undefined {
  switch (option) {
    case '4':
    case '6':
      reading.family = option === '4' ? 4 : 6;
      return readCluster(reading, word);
    case 'n':
    case 'v':
    case 'x':
      return readCluster(reading, word);
    case 'V':
    case 'h':
      reading.looked = true;
      return undefined;
    case 't': {
      const table = takeArgument(reading, word);
      if (table === undefined) return malformed(`option \`${word.text}\` needs the name of a table`, word);
      reading.table = table;
      reading.shellOnly.push(word);
      return undefined;
    }
    case 'w':
    case 'W':
      takeArgument(reading, word, 'optional');
      reading.shellOnly.push(word);
      return undefined;
    case 'M':
      takeArgument(reading, word);
      return undefined;
    case 'c':
      return readCounters(reading, word);
    default:
      return readCommandWord(reading, option, word);
  }
}

/** `-nvL`: the letters after one that takes no argument are options too. */
function readCluster(reading: Reading, word: Word): TextFinding | undefined {
  const letter = word.text[2];
  if (letter === undefined || word.text.startsWith('--')) return undefined;
  const next = { ...word, text: `-${word.text.slice(2)}`, start: word.start + 1 };
  return isOptionLetter(letter) ? readOption(reading, letter, next) : malformed(`unknown option \`-${letter}\``, word);
}

/** `-c PACKETS BYTES` or `-c PACKETS,BYTES` */
function readCounters(reading: Reading, word: Word): TextFinding | undefined {
  const first = takeArgument(reading, word)?.text ?? '';
  const counters = first.includes(',') ? first : `${first},${takeArgument(reading, { ...word, text: '-' })?.text ?? ''}`;
  return /^\d+,\d+$/.test(counters) ? undefined : malformed(`option \`${word.text}\` needs two numbers, packets and bytes`, word);
}

function readCommandWord(reading: Reading, letter: CommandLetter, word: Word): TextFinding | undefined {
  if (reading.command !== undefined) {
    const message = `cannot use \`${word.text}\` together with \`${reading.command.by.text}\``;
    return malformed(message, word, 'write one command a line');
  }
  reading.command = { letter, by: word };
  for (const [index, wanted] of COMMAND_WORDS[letter].takes.entries()) {
    const optional = wanted.endsWith('?');
    const given = takeArgument(reading, index === 0 ? word : { ...word, text: '-' }, optional ? 'optional' : 'required');
    if (given === undefined && optional) break;
    if (given === undefined) {
      const what =
        wanted === 'number' ? 'a rule number' : wanted === 'chain' ? 'the name of a chain' : letter === 'P' ? 'a policy' : 'a name';
      return malformed(`\`${word.text}\` needs ${what}`, word);
    }
    reading.taken[wanted.replace('?', '') as 'chain' | 'number' | 'name'] = given;
  }
  return undefined;
}

/** The argument of the option `word`: glued to it, after its `=`, or the next word, which an optional one is only when it is not an option. */
function takeArgument(reading: Reading, word: Word, need: 'required' | 'optional' = 'required'): Word | undefined {
  const from = word.text.startsWith('--') ? word.text.indexOf('=') + 1 : 2;
  if (from > 0 && from < word.text.length) return { text: word.text.slice(from), quoted: false, start: word.start + from, end: word.end };
  const next = reading.words[reading.at];
  if (next === undefined || (need === 'optional' && !next.quoted && /^[-!]/.test(next.text))) return undefined;
  reading.at++;
  return next;
}

function finish({ command, looked, words, rest, taken, table, family, shellOnly }: Reading, line: Span): CommandLine | TextFinding {
  if (command === undefined) return looked ? { command: { kind: 'look' }, shellOnly } : noCommand(words, line);
  const { letter } = command;
  // with these, iptables prints and stops
  const stops = words.find((word) => /^(?:-h|-V|--help|--version)$/.test(word.text) && !word.quoted);
  if (looked && stops !== undefined && COMMAND_WORDS[letter].rule)
    return malformed(`with \`${stops.text}\` nothing is done`, stops, 'leave it out');
  const { number } = taken;
  const [extra] = rest;
  if (extra !== undefined && extra === words[0] && !/^[-!]/.test(extra.text)) return malformed(`bad argument \`${extra.text}\``, extra);
  if (extra !== undefined && (!COMMAND_WORDS[letter].rule || (letter === 'D' && number !== undefined)) && !areComments(rest)) {
    return malformed(`bad argument \`${extra.text}\``, extra);
  }
  if (number !== undefined && !isRuleNumber(number.text)) {
    return malformed(`invalid rule number \`${number.text}\``, number, 'rules are counted from 1');
  }
  return { command: commandOf(letter, taken, rest), shellOnly, ...(table && { table }), ...(family && { family }) };
}

/** fact both backends take `-m comment --comment TEXT` with any command; Linkerd writes it so */
function areComments(words: readonly Word[]): boolean {
  const form = words.map(({ text }, at) => (at % 4 === 3 ? '*' : text)).join(' ');
  return /^(?:(?:-m|--match) comment --comment \*(?: |$))+$/.test(form);
}

function noCommand(words: readonly Word[], line: Span): TextFinding {
  const unknown = words.find(({ text, quoted }) => !quoted && /^-[A-Z]/.test(text));
  if (unknown !== undefined) return malformed(`unknown command \`${unknown.text}\``, unknown);
  const stray = words.find(({ text }) => !/^[-!]/.test(text));
  if (stray !== undefined && stray === words[0]) return malformed(`bad argument \`${stray.text}\``, stray);
  return malformed('no command in this line', line, 'say what to do, such as `-A CHAIN`');
}

function commandOf(letter: CommandLetter, taken: Reading['taken'], words: readonly Word[]): RuleCommand {
  const { number } = taken;
  const chain = taken.chain as Word;
  const place: ChainPosition = { chain, at: number === undefined ? 1 : Number(number.text), ...(number && { number }) };
  const some = taken.chain && { chain };
  switch (letter) {
    case 'A':
      return { kind: 'append', chain, words };
    case 'C':
      return { kind: 'check', chain, words };
    case 'D':
      return number === undefined ? { kind: 'delete', chain, words } : { kind: 'deleteAt', ...place };
    case 'I':
      return { kind: 'insert', words, ...place };
    case 'R':
      return { kind: 'replace', words, ...place };
    case 'N':
      return { kind: 'newChain', chain };
    case 'X':
      return { kind: 'deleteChain', ...some };
    case 'F':
      return { kind: 'flush', ...some };
    case 'P':
      return { kind: 'policy', chain, policy: taken.name as Word };
    case 'E':
      return { kind: 'rename', chain, to: taken.name as Word };
    case 'Z':
    case 'L':
    case 'S':
      return { kind: 'look', ...some };
  }
}

/** The kernel counts rules with 32 bits, from 1. */
function isRuleNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= 0xffff_ffff;
}

function malformed(message: string, { start, end }: Span, help?: string): TextFinding {
  return { kind: 'malformed', code: 'bad-argument', message, span: { start, end }, help };
}
