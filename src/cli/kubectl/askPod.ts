/** What `kubectl chainwalk` does: fetch, then answer from what was fetched. */

import type { Complaint } from '../../lib/complaint.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { answerOf } from './answer.ts';
import { readAskedCommand } from './askedCommand.ts';
import type { Cluster } from './cluster.ts';
import { dryRunText } from './dryRunText.ts';
import { findPod } from './findPod.ts';
import { withNamedSets } from './namedSets.ts';
import { fetchPodFiles } from './podFiles.ts';
import { readRequest } from './request.ts';
import { savePod } from './savePod.ts';

export async function askPod(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const request = readRequest(call);
  if ('message' in request) return refuse(io, request);
  const seconds = optionText(input, 'kubectlTimeout');
  const cluster: Cluster = { io, connection: connectionOf(call), ...(seconds !== undefined && { seconds: Number(seconds) }) };
  const { names, command } = request;
  if (optionIsSet(input, 'dryRun')) {
    await io.out.write(dryRunText(call, cluster, request));
    return EXIT.ok;
  }
  // nothing is asked of a pod for a command that could not be run; --help is answered here, too
  const words = await readAskedCommand({ ...request, version: input.version }, io);
  if ('code' in words) return words.code;
  const own: Call = { io, input: words.input };
  const [name] = names;
  if (name === undefined || names.length > 1) {
    const { askPods } = await import('./askPods.ts');
    return askPods({ plugin: call, own }, cluster, request);
  }
  const found = await findPod(cluster, name);
  const files = 'message' in found ? found : await fetchPodFiles(call, { ...found, request });
  if ('message' in files) return refuse(io, files);
  const problem = optionText(input, 'save') === undefined ? undefined : await savePod(io, files);
  if (problem !== undefined) return refuse(io, problem);
  if (!optionIsSet(own.input, 'quiet')) await io.err.write(files.notes.map((note) => `note: ${note}\n`).join(''));
  const asked = await withNamedSets(own, files.names);
  return 'message' in asked ? refuse(io, asked) : answerOf(command, asked, files);
}

async function refuse(io: Io, complaint: Complaint): Promise<ExitCode> {
  await complain(io, complaint);
  return EXIT.usage;
}

function connectionOf({ input }: Call): readonly string[] {
  return ['namespace', 'context', 'kubeconfig'].flatMap((name) => {
    const value = optionText(input, name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}
