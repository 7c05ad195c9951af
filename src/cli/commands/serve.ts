/** `chainwalk serve [FILE...]`: the page on this machine, live. */
import type { Command } from '../argv/command.ts';
import { COLOR } from '../argv/options.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'the page in a browser, with files that are read as they change',
  about:
    'It prints an address that works on this machine only. The address contains a secret: whoever knows it can read the files. No file is written and no network is used. q or Ctrl-C ends it.',
  args: [{ name: '[files...]', says: 'files with rules, Kubernetes manifests, directories of them; none: the page alone' }],
  options: [
    { flags: '--port <n>', says: 'the port to listen on; without it a free one', positive: true },
    { flags: '--open', says: 'open the page in the browser of this desktop' },
    COLOR,
  ],
  examples: [
    { says: 'edit the rules beside it', line: 'chainwalk serve --open net/pod.rules' },
    { says: 'on another machine, by a tunnel', line: 'chainwalk serve --port 8080 pod.rules    # ssh -L 8080:127.0.0.1:8080 HOST' },
  ],
  run: async (io, input) => {
    const { runServe } = await import('../serve/runServe.ts');
    return runServe({ io, input });
  },
};
