/** Which words of `kubectl chainwalk POD -n NS verify --strict` are the plugin's, and which go on to chainwalk. */
import type { CommandOption } from '../argv/command.ts';
import { flagsOf, optionNamed } from '../argv/flags.ts';

/** Commands about one set of rules; the first is what is asked when none is named. */
export const ASKABLE = ['verify', 'trace', 'find', 'diff', 'check', 'print'] as const;

export type Askable = (typeof ASKABLE)[number];

export interface Words {
  /** options of the plugin, wherever they stand */
  readonly own: readonly string[];
  /** the pod, the command, and what the command is asked */
  readonly asked: readonly string[];
}

/** Behind the command only its own options are unknown to us: no option of the two has the same name. */
export function splitWords(argv: readonly string[], options: readonly CommandOption[]): Words {
  const own: string[] = [];
  const asked: string[] = [];
  let waits = false;
  for (const [index, word] of argv.entries()) {
    if (waits) {
      own.push(word);
      waits = false;
      continue;
    }
    if (word === '--') return { own, asked: [...asked, ...argv.slice(index)] };
    const option = optionNamed(word, options) ?? attached(word, options);
    const isOwn = option !== undefined || (asked.length < 2 && /^-./.test(word));
    (isOwn ? own : asked).push(word);
    waits = option !== undefined && flagsOf(option).value !== undefined && optionNamed(word, options) !== undefined && !word.includes('=');
  }
  return { own, asked };
}

/** `-nshop` */
function attached(word: string, options: readonly CommandOption[]): CommandOption | undefined {
  return /^-\w./.test(word)
    ? options.find((option) => flagsOf(option).short === word.slice(0, 2) && flagsOf(option).value !== undefined)
    : undefined;
}
