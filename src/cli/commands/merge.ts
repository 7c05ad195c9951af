/** `chainwalk merge REPORT...`: shards of a run to its answer. */
import type { Command } from '../argv/command.ts';
import { COLOR, JSON_OUTPUT, output, QUIET } from '../argv/options.ts';

export const mergeCommand: Command = {
  name: 'merge',
  summary: 'what shards of verify found, as one run would say it',
  about:
    'Takes the outputs of `verify -o jsonl --shard I/N`, all N of them, of one version, one list of files (of manifests also the same texts) and the same options; anything else is an error. The exit code is that of one run.',
  args: [{ name: '<reports...>', says: 'files that `verify -o jsonl` wrote' }],
  options: [output(['human', 'json', 'jsonl']), JSON_OUTPUT, QUIET, COLOR],
  examples: [
    { says: 'two machines, one answer', line: 'chainwalk verify dumps -o jsonl --shard 1/2 > one.jsonl' },
    { says: 'the other one', line: 'chainwalk verify dumps -o jsonl --shard 2/2 > two.jsonl' },
    { says: 'what one run would have said', line: 'chainwalk merge one.jsonl two.jsonl' },
  ],
  run: async (io, input) => {
    const { runMerge } = await import('../merge/runMerge.ts');
    return runMerge({ io, input });
  },
};
