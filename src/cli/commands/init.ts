/** `chainwalk init`: a configuration of `ci` from what is in this folder. */
import type { Command } from '../argv/command.ts';
import { COLOR, QUIET } from '../argv/options.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'write chainwalk.config.yaml from what is in this folder',
  about: 'Rules, manifests, settings and mesh configuration are found by their content. What is left out is listed, with the reason.',
  args: [],
  options: [
    { flags: '--workflow', says: 'also .github/workflows/chainwalk.yml' },
    { flags: '--dry-run', says: 'print what would be written, write nothing' },
    { flags: '--force', says: 'overwrite existing files' },
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'then `chainwalk ci` checks everything that it found', line: 'chainwalk init' },
    { says: 'with a check of pull requests on GitHub', line: 'chainwalk init --workflow' },
    { says: 'see it first', line: 'chainwalk init --dry-run' },
  ],
  run: async (io, input) => {
    const { runInit } = await import('../init/runInit.ts');
    return runInit({ io, input });
  },
};
