/** A first word that is not a command: what was probably meant. */
import type { Complaint } from '../../lib/complaint.ts';
import { nearest } from '../../lib/nearest.ts';

/** What other programs call a command. */
const SYNONYMS: Readonly<Record<string, string>> = {
  analyse: 'verify',
  analyze: 'verify',
  compare: 'diff',
  describe: 'explain',
  docs: 'explain',
  dump: 'print',
  enroll: 'enrol',
  fix: 'verify --fix',
  fmt: 'print',
  format: 'print',
  generate: 'render',
  inject: 'render',
  lint: 'verify',
  man: 'explain',
  prove: 'verify',
  query: 'find',
  run: 'trace',
  scan: 'verify',
  search: 'find',
  show: 'print',
  simulate: 'trace',
  template: 'render',
  test: 'expect',
  validate: 'verify',
  walk: 'trace',
};
const VERSION: ReadonlySet<string> = new Set(['version', '-v', '-version']);

/** `words`: the whole command line; its first word, or the one after `help`, is not among `commands`. Undefined: it is, or is an option. */
export function unknownCommand(words: readonly string[], commands: readonly string[]): Complaint | undefined {
  const [first = '', ...rest] = words[0] === 'help' ? words.slice(1) : words;
  if (first === '' || commands.includes(first) || (first.startsWith('-') && !VERSION.has(first))) return undefined;
  if (words[0] !== 'help' && first === 'help') return undefined;
  const message = first.startsWith('-') ? `unknown option \`${first}\`` : `unknown command \`${first}\``;
  if (VERSION.has(first.toLowerCase())) return { message, help: 'did you mean `chainwalk --version`?' };
  // rules or manifests, where the command is missing
  if (/[./]/.test(first) && words[0] !== 'help') {
    const command = rest.some((word) => /\s|->/.test(word)) ? 'trace' : 'verify';
    return {
      message: `${message}: the command comes first`,
      help: `did you mean \`chainwalk ${[command, first, ...rest].map(quoted).join(' ')}\`?`,
    };
  }
  const lower = first.toLowerCase();
  const meant =
    commands.find((command) => command === lower) ?? (Object.hasOwn(SYNONYMS, lower) ? SYNONYMS[lower] : nearest(lower, commands));
  const asked = words[0] === 'help' ? 'chainwalk help ' : '';
  return { message, help: meant === undefined ? '`chainwalk --help` lists the commands' : `did you mean \`${asked}${meant}\`?` };
}

function quoted(word: string): string {
  return /[\s>]/.test(word) ? `"${word}"` : word;
}
