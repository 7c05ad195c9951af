/** `kubectl chainwalk POD`: the rules of a running pod, then everything as with a file. */
import type { Command } from '../argv/command.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { ASKABLE } from './words.ts';

export const PLUGIN: Command = {
  name: 'kubectl chainwalk',
  summary: `rules of running pods: ${ASKABLE.join(', ')}, offline`,
  args: [
    { name: '[pod]', says: 'NAME, TYPE/NAME, NAMESPACE/NAME; or -l, or -A' },
    { name: '[command...]', says: 'first or last, with its options; else verify' },
  ],
  options: PLUGIN_OPTIONS,
  examples: [
    { says: 'does this pod keep what the mesh promises?', line: 'kubectl chainwalk deploy/web -n shop' },
    { says: 'do all pods?', line: 'kubectl chainwalk verify -A' },
    { says: 'where does a packet go?', line: 'kubectl chainwalk web-0 trace "out tcp -> svc/reviews:9080"' },
  ],
  run: async (io, input) => {
    const { askPod } = await import('./askPod.ts');
    return askPod({ io, input });
  },
};
