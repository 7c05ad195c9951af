/** `chainwalk capture`: a script that collects rules and host where they are. */
import type { Command } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { COLOR } from '../argv/options.ts';

export const captureCommand: Command = {
  name: 'capture',
  summary: 'a shell script that collects rules and host as one text',
  about: 'It only reads, runs in the shell of busybox, and says which tools are missing. What it prints is rules and host in one.',
  args: [],
  options: [COLOR],
  examples: [
    { says: 'of a pod', line: 'chainwalk capture | kubectl exec -i web-0 -c istio-proxy -- sh > web-0.txt' },
    { says: 'of a router', line: 'chainwalk capture | ssh root@gw sh > gw.txt' },
    { says: 'and the answer', line: 'chainwalk trace gw.txt "in tcp -> 192.168.1.10:22"' },
  ],
  run: async (io) => {
    const { CAPTURE_SCRIPT } = await import('../host/captureScript.ts');
    await io.out.write(CAPTURE_SCRIPT, 'exact');
    return EXIT.ok;
  },
};
