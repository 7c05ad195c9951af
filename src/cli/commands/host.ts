/** `chainwalk host FILES...`: what people paste of a host, as the description that --host reads. */
import type { Command } from '../argv/command.ts';
import { COLOR, JSON_OUTPUT, output, QUIET } from '../argv/options.ts';

export const hostCommand: Command = {
  name: 'host',
  summary: 'outputs of ip, ss, ipset and sysctl as a host description',
  about: 'Several outputs may stand in one text, with prompts and rules around them. --host of other commands takes the same texts.',
  args: [{ name: '[files...]', says: 'what these programs print, or a description; standard input without it' }],
  options: [output(['yaml', 'json']), JSON_OUTPUT, QUIET, COLOR],
  examples: [
    { says: 'a description to edit', line: "ssh gw 'ip addr; ip route show table all; ip rule' | chainwalk host > gw.yaml" },
    { says: 'without a file in between', line: 'chainwalk trace gw.rules --host pasted.txt "in tcp -> 10.0.0.9:80"' },
  ],
  run: async (io, input) => {
    const { runHost } = await import('../host/runHost.ts');
    return runHost({ io, input });
  },
};
