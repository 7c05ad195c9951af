/** Which words of `kubectl chainwalk POD -n NS verify --strict` are the plugin's, which name pods, and which go on to chainwalk. */
import type { CommandOption } from '../argv/command.ts';
import { flagsOf, optionNamed } from '../argv/flags.ts';
import { isKind } from './podNames.ts';

/** Commands about one set of rules; the first is what is asked when none is named. */
export const ASKABLE = ['verify', 'trace', 'find', 'diff', 'check', 'print'] as const;

export type Askable = (typeof ASKABLE)[number];

export interface Words {
  /** options of the plugin, wherever they stand */
  readonly own: readonly string[];
  /** the pods, the command, and what the command is asked, in their order */
  readonly asked: readonly string[];
}

export interface Options {
  /** of the plugin */
  readonly own: readonly CommandOption[];
  /** of all commands in ASKABLE; none has a name of the plugin's */
  readonly commands: readonly CommandOption[];
}

export function splitWords(argv: readonly string[], options: Options): Words {
  const read = readEach(argv, options);
  const begins = read.some(({ kind, word }) => kind === 'word' && isAskable(word));
  // an unknown option is refused by the command, when there is one, which knows what may have been meant
  const isOwn = ({ kind }: ReadWord) => kind === 'own' || (kind === 'unknown' && !begins);
  return { own: read.filter(isOwn).map(({ word }) => word), asked: read.filter((one) => !isOwn(one)).map(({ word }) => word) };
}

/** The first option of the plugin whose value is missing, empty, or looks like another option. */
export function withoutValue(argv: readonly string[], options: Options): string | undefined {
  const read = readEach(argv, options);
  const at = read.findIndex(({ word, kind }, index) => {
    const option =
      kind === 'own' && read[index - 1]?.waits !== true ? (optionNamed(word, options.own) ?? attached(word, options.own)) : undefined;
    if (option === undefined || flagsOf(option).value === undefined) return false;
    if (!takesNext(word, option)) return /^--[\w-]+=$|^-\w=$/.test(word);
    const next = read[index + 1];
    return next === undefined || /^-|^\s*$/.test(next.word);
  });
  return at < 0 ? undefined : read[at]?.word.replace(/=$/, '');
}

interface ReadWord {
  readonly word: string;
  /** `value`: of an option of a command; `rest`: `--` and what follows */
  readonly kind: 'own' | 'option' | 'unknown' | 'value' | 'word' | 'rest';
  /** the next word is its value */
  readonly waits?: true;
}

function readEach(argv: readonly string[], { own, commands }: Options): readonly ReadWord[] {
  const read: ReadWord[] = [];
  let waiting: ReadWord['kind'] | undefined;
  for (const [index, word] of argv.entries()) {
    if (waiting !== undefined) {
      read.push({ word, kind: waiting });
      waiting = undefined;
      continue;
    }
    if (word === '--') return [...read, ...argv.slice(index).map((one): ReadWord => ({ word: one, kind: 'rest' }))];
    const [ofPlugin, ofCommand] = [optionNamed(word, own) ?? attached(word, own), optionNamed(word, commands) ?? attached(word, commands)];
    const option = ofPlugin ?? ofCommand;
    const isPlain = option === undefined && (!/^-./.test(word) || /\s/.test(word));
    const waits = option !== undefined && takesNext(word, option);
    const kind = ofPlugin !== undefined ? 'own' : ofCommand !== undefined ? 'option' : isPlain ? 'word' : 'unknown';
    read.push({ word, kind, ...(waits && { waits }) });
    if (waits) waiting = ofPlugin === undefined ? 'value' : 'own';
  }
  return read;
}

function takesNext(word: string, option: CommandOption): boolean {
  const { short, long, value } = flagsOf(option);
  return value !== undefined && (word === short || word === long);
}

/** `-nshop` */
function attached(word: string, options: readonly CommandOption[]): CommandOption | undefined {
  return /^-\w./.test(word)
    ? options.find((option) => flagsOf(option).short === word.slice(0, 2) && flagsOf(option).value !== undefined)
    : undefined;
}

export interface PluginQuestion {
  /** as they are given: `web-0`, `deploy/web`, `pods`; empty: none */
  readonly names: readonly string[];
  /** absent: none is named */
  readonly command?: Askable;
  /** for the command: its options, packets, files */
  readonly rest: readonly string[];
}

/** `selected`: pods are named by labels or by -A. */
export function pluginQuestionOf(asked: readonly string[], options: Options, selected: boolean): PluginQuestion {
  const read = readEach(asked, options);
  const at = read.findIndex(({ kind, word }) => kind === 'word' && isAskable(word));
  const command = ASKABLE.find((known) => known === read[at]?.word);
  const [before, after] = at < 0 ? [read, []] : [read.slice(0, at), read.slice(at + 1)];
  const isName = ({ kind }: ReadWord) => kind === 'word';
  const packets = command === undefined ? before.filter((one) => isName(one) && isPacket(one.word)) : [];
  const names = before.filter((one) => isName(one) && !packets.includes(one));
  const others = before.filter((one) => !names.includes(one));
  // a packet alone asks where it goes
  const meant = command ?? (packets.length > 0 ? 'trace' : undefined);
  const behind = names.length > 0 || command === undefined ? [] : namesBehind(command, after.filter(isName), selected);
  const chosen = [...names, ...behind];
  return {
    names: chosen.map(({ word }) => word),
    ...(meant !== undefined && { command: meant }),
    rest: [...others, ...after].filter((one) => !chosen.includes(one)).map(({ word }) => word),
  };
}

/** `kubectl chainwalk trace web-0 PACKET`: what names pods after the command, as far as the command takes no words of its own. */
function namesBehind(command: Askable, words: readonly ReadWord[], selected: boolean): readonly ReadWord[] {
  const alone = selected && !/^(?:pods?|po)$/.test(words[0]?.word ?? '');
  if (alone && (command === 'trace' || command === 'diff')) return [];
  if (command === 'trace') {
    const end = words.findIndex(({ word }) => isPacket(word) || word === 'in' || word === 'out');
    return end < 0 ? words : words.slice(0, end);
  }
  // TYPE NAME are two words for one pod
  if (command === 'diff') return words.slice(0, isKind(words[0]?.word ?? '') && !selected ? 2 : 1);
  return words;
}

function isPacket(word: string): boolean {
  return /\s|->|=/.test(word);
}

function isAskable(word: string): boolean {
  return ASKABLE.some((known) => known === word);
}
