/** What may stand where the cursor is: a pure function of the commands and of the words so far. */
import type { ArgSpec, Command, CommandOption } from '../argv/command.ts';
import { flagsOf, optionNamed } from '../argv/flags.ts';

export interface ShellCompletion {
  /** `list`: the word may go on after a comma; `files`: names of files, which the shell knows */
  readonly kind: 'words' | 'list' | 'files';
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly word: string;
  readonly says: string;
}

export interface Vocabulary {
  readonly commands: readonly Command[];
  /** candidates for a kind of value, by its name in the usage line; an absent one is a file */
  readonly values: ReadonlyMap<string, readonly Candidate[]>;
  /** those that take several, separated by commas */
  readonly lists: ReadonlySet<string>;
}

const GLOBAL: readonly Candidate[] = [
  { word: '--help', says: 'show help' },
  { word: '--version', says: 'print the version' },
];

/** `words`: without the program's name; the last one is being typed. */
export function complete(vocabulary: Vocabulary, words: readonly string[]): ShellCompletion {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const at = before.findIndex((word) => !word.startsWith('-'));
  if (at < 0) {
    const commands = vocabulary.commands.map(({ name, summary }) => ({ word: name, says: summary }));
    return starting(current.startsWith('-') ? GLOBAL : commands, current);
  }
  const command = vocabulary.commands.find(({ name }) => name === before[at]);
  if (command === undefined) return NOTHING;
  const { open, given, positionals, literal } = readWords(command, before.slice(at + 1));
  if (open !== undefined) return forOption(vocabulary, open, current);
  if (literal || current === '' || !current.startsWith('-')) return forArgument(vocabulary, command.args, { positionals, current });
  const [, flag, value] = /^(--[^=]+=)(.*)$/s.exec(current) ?? [];
  if (flag === undefined || value === undefined) return starting(optionsOf(command, given), current);
  const option = optionNamed(flag, command.options);
  return option === undefined ? NOTHING : behind(flag, forOption(vocabulary, option, value));
}

const NOTHING: ShellCompletion = { kind: 'words', candidates: [] };

interface ReadWords {
  /** an option that waits for its value */
  readonly open: CommandOption | undefined;
  readonly given: readonly CommandOption[];
  readonly positionals: number;
  /** after `--` */
  readonly literal: boolean;
}

function readWords({ options }: Command, words: readonly string[]): ReadWords {
  const given: CommandOption[] = [];
  let open: CommandOption | undefined;
  let positionals = 0;
  let literal = false;
  for (const word of words) {
    const option = literal || open !== undefined ? undefined : optionNamed(word, options);
    const waits = option !== undefined && flagsOf(option).value !== undefined && !word.includes('=');
    if (option !== undefined) given.push(option);
    else if (open === undefined && (literal || word === '-' || !word.startsWith('-'))) positionals++;
    literal ||= open === undefined && word === '--';
    open = waits ? option : undefined;
  }
  return { open, given, positionals, literal };
}

function optionsOf(command: Command, given: readonly CommandOption[]): readonly Candidate[] {
  const free = command.options.filter((option) => option.repeatable === true || !given.includes(option));
  const named = free.flatMap((option) => {
    const { short, long } = flagsOf(option);
    return [short, long].flatMap((word) => (word === undefined ? [] : [{ word, says: option.says }]));
  });
  return [...named, { word: '--help', says: 'show help' }];
}

function forOption(vocabulary: Vocabulary, option: CommandOption, current: string): ShellCompletion {
  const { value } = flagsOf(option);
  if (option.choices !== undefined) return starting(plain(option.choices), current);
  return value === undefined ? NOTHING : named(vocabulary, value, current);
}

interface Place {
  /** arguments before the cursor that are no options */
  readonly positionals: number;
  readonly current: string;
}

function forArgument(vocabulary: Vocabulary, args: readonly ArgSpec[], { positionals, current }: Place): ShellCompletion {
  const last = args.at(-1);
  const arg = args[positionals] ?? (last?.name.includes('...') ? last : undefined);
  if (arg === undefined) return NOTHING;
  if (arg.choices !== undefined) return starting(plain(arg.choices), current);
  return named(vocabulary, arg.name.replaceAll(/[<>[\].]/g, ''), current);
}

function named({ values, lists }: Vocabulary, name: string, current: string): ShellCompletion {
  const candidates = values.get(name);
  if (candidates === undefined) return { kind: 'files', candidates: [] };
  if (!lists.has(name)) return starting(candidates, current);
  const done = current.slice(0, current.lastIndexOf(',') + 1);
  const chosen = done.split(',');
  const open = candidates.filter(({ word }) => !chosen.includes(word));
  return { ...behind(done, starting(open, current.slice(done.length))), kind: 'list' };
}

function plain(words: readonly string[]): readonly Candidate[] {
  return words.map((word) => ({ word, says: '' }));
}

function starting(candidates: readonly Candidate[], current: string): ShellCompletion {
  return { kind: 'words', candidates: candidates.filter(({ word }) => word.startsWith(current)) };
}

function behind(prefix: string, { kind, candidates }: ShellCompletion): ShellCompletion {
  return { kind, candidates: candidates.map(({ word, says }) => ({ word: prefix + word, says })) };
}
