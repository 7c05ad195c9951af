/** `chainwalk explain [WORD...]`: one page on a claim, an outcome, a symptom, a port, a command; or all that mention the words. */
import type { Command } from '../argv/command.ts';
import { COLOR, JSON_OUTPUT, output } from '../argv/options.ts';

/** Pages of `others` have their options. */
export function explainOf(others: readonly Command[]): Command {
  return {
    name: 'explain',
    summary: 'a page on a symptom, a claim, an outcome, a port, a command ...',
    about: 'A name has its page; other words are searched for in all pages. Without a word: the list of all pages.',
    args: [{ name: '[id...]', says: 'what to explain: `loop`, `15001`, `IST0144`, `not captured`, a message that was pasted' }],
    options: [{ flags: '--all', says: 'every page' }, output(['human', 'json', 'markdown']), JSON_OUTPUT, COLOR],
    examples: [
      { says: 'what does this answer mean, and what can I do?', line: 'chainwalk explain loop' },
      { says: 'why does it time out?', line: 'chainwalk explain timeout' },
      { says: 'all pages, for a wiki', line: 'chainwalk explain --all -o markdown' },
    ],
    run: async (io, input) => {
      const { runExplain } = await import('../explain/runExplain.ts');
      return runExplain({ io, input }, others);
    },
  };
}
