/** `chainwalk completion SHELL`: what a shell loads to complete the words of a command line. */
import type { Command } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { type Candidate, complete } from '../completion/complete.ts';
import { SCRIPTS, SHELLS } from '../completion/scripts.ts';

const NOTES = `
Set-up, once:
  bash  add to ~/.bashrc:   source <(chainwalk completion bash)
  zsh   add to ~/.zshrc, after compinit:
                            source <(chainwalk completion zsh)
  fish  chainwalk completion fish > ~/.config/fish/completions/chainwalk.fish

With words after \`--\`: the candidates for the last of them, one on a line, as
the shells ask for them.`;

/** Values that no list tells. */
const FREE = [
  'revision',
  'range',
  'key=value',
  'packet',
  'packets',
  'NAME=value',
  'name',
  'n',
  'list',
  'version',
  'address',
  'args',
  'words',
];

/** Completes `others`, and itself. */
export function completionOf(others: readonly Command[]): Command {
  const self: Command = {
    name: 'completion',
    summary: 'the completion script of bash, zsh or fish',
    args: [
      { name: '<shell>', says: 'the shell to complete for', choices: SHELLS },
      { name: '[words...]', says: 'the command line so far, after `--`' },
    ],
    options: [],
    examples: [{ says: 'for this session of bash or zsh', line: 'source <(chainwalk completion bash)' }],
    notes: NOTES,
    run: async (io, { args: [shell, ...words] }) => {
      const known = SHELLS.find((name) => name === shell);
      if (known === undefined) return EXIT.usage;
      if (words.length === 0) await io.out.write(SCRIPTS[known]);
      else {
        const { kind, candidates } = complete(
          { commands: [...others, self], values: await values(), lists: new Set(['claims', 'formats']) },
          words,
        );
        await io.out.write([kind, ...candidates.map(({ word, says }) => `${word}\t${says}`)].map((line) => `${line}\n`).join(''));
      }
      return EXIT.ok;
    },
  };
  return self;
}

async function values(): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  const { PAGES } = await import('../../report/generated/pages.ts');
  const { FORMATS } = await import('../review/outputs.ts');
  const pages = PAGES.map(({ id, title, group }) => ({ word: id, says: title, group }));
  return new Map<string, readonly Candidate[]>([
    ...FREE.map((name) => [name, []] as const),
    ['id', pages],
    ['claims', pages.filter(({ group }) => group === 'claim')],
    ['formats', FORMATS.map((word) => ({ word, says: '' }))],
  ]);
}
