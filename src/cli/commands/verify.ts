/** `chainwalk verify RULES...`: proves what a mesh promises, for every packet. */
import { type Command, optionText } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { wantsLines } from '../argv/format.ts';
import { JOBS, LINE_OUTPUTS, OUTPUTS, SHARD } from '../argv/options.ts';
import { VERIFY_OPTIONS } from '../argv/verifyOptions.ts';
import { complain } from '../io/messages.ts';

const OPTIONS = VERIFY_OPTIONS.flatMap((one) => (one === OUTPUTS ? [LINE_OUTPUTS, SHARD, JOBS] : [one]));

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'prove what a mesh claims for all packets, or show a violation',
  about: 'A failed claim comes with a packet that was walked, the rules that decide, and what to do. `chainwalk explain` lists the claims.',
  args: [{ name: '<rules...>', says: 'files with rules, Kubernetes manifests, directories of them, `-` for standard input' }],
  options: OPTIONS,
  examples: [
    { says: 'does this pod keep what Istio promises?', line: 'chainwalk verify pod.rules' },
    { says: 'before it is deployed', line: 'chainwalk verify deploy.yaml --mode cni --values values.yaml' },
    { says: 'what would fix it', line: 'chainwalk verify --fix --dry-run pod.rules' },
    { says: 'a running pod', line: 'kubectl chainwalk POD verify' },
    { says: 'both families, in a pipeline', line: 'chainwalk verify --family 4,6 --strict -o json pod.v4 pod.v6' },
    { says: 'in a workflow of GitHub', line: 'chainwalk verify pod.rules -o github,sarif=chainwalk.sarif' },
    {
      says: 'one claim; `chainwalk explain no-redirect-loop` has what it means',
      line: 'chainwalk verify --only no-redirect-loop pod.rules',
    },
  ],
  run: async (io, input) => {
    if (wantsLines(input)) {
      const { verifyLines } = await import('../fleet/verifyLines.ts');
      return verifyLines({ io, input }, OPTIONS);
    }
    for (const name of ['shard', 'jobs'])
      if (optionText(input, name) !== undefined) {
        await complain(io, { message: `--${name} is for -o jsonl`, help: '`chainwalk merge` makes every other format of the lines' });
        return EXIT.usage;
      }
    const { runVerify } = await import('../verify/runVerify.ts');
    return runVerify({ io, input });
  },
};
