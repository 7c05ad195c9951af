/** Many pods: each is queried, equal ones are answered once, and each group has one line, the worst first. */
import { groupBy } from '../../lib/groupBy.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { complain } from '../io/messages.ts';
import type { Cluster } from './cluster.ts';
import { listPods, type MissingPods } from './listPods.ts';
import { liveNames } from './liveObjects.ts';
import { withNamedSets } from './namedSets.ts';
import type { PodsRead } from './podsRead.ts';
import { type QueriedPod, readPods } from './readPods.ts';
import type { PodRequest } from './request.ts';
import { samePodKey } from './samePod.ts';

export interface PodsCall {
  /** with the plugin's options */
  readonly plugin: Call;
  /** with those of the command */
  readonly own: Call;
}

export async function askPods({ plugin, own }: PodsCall, cluster: Cluster, request: PodRequest): Promise<ExitCode> {
  const { io } = plugin;
  const list = await listPods(cluster, request);
  if ('message' in list) return refuse(plugin, list);
  const { pods, missing } = list;
  if (pods.length + missing.length === 0) return refuse(plugin, noPods(request));
  const progress = progressOn(io.err, () => performance.now());
  const read = sortRead(await readPods(plugin, pods, { request, progress }), missing);
  await progress.end();
  const { groups, unread } = read;
  const left = unread.filter(({ isNothing }) => !isNothing);
  const { answerEach } = await import('./answerEach.ts');
  const { verifyPods } = await import('./verifyPods.ts');
  const asked = await withNamedSets(own, liveNames(cluster));
  if ('message' in asked) return refuse(plugin, asked);
  const code = request.command === 'verify' ? await verifyPods(asked, read) : await answerEach(asked, request.command, read);
  if (missing.some(({ isNamed }) => isNamed)) return worst(code, EXIT.usage);
  // no answer is greener than its proof: what could not be read is not fine
  if (groups.length === 0) return worst(code, EXIT.usage);
  return left.length > 0 ? worst(code, EXIT.findings) : code;
}

async function refuse({ io }: Call, complaint: { readonly message: string; readonly help?: string | undefined }): Promise<ExitCode> {
  await complain(io, complaint);
  return EXIT.usage;
}

function noPods({ selection }: PodRequest) {
  const { labels, everywhere } = selection ?? {};
  const where = everywhere ? 'in no namespace' : 'in this namespace';
  const message =
    labels === undefined
      ? `there is no pod ${where.replace('no', 'any')}`
      : `no pod has the labels ${labels}${everywhere ? '' : ` ${where}`}`;
  return {
    message,
    help: everywhere ? '`kubectl get pods -A --show-labels` lists pods with their labels' : '-n names another namespace, -A is all of them',
  };
}

function sortRead(read: readonly QueriedPod[], missing: readonly MissingPods[]): PodsRead {
  const queried = read.flatMap((one) => ('files' in one ? [one] : []));
  const groups = [...groupBy(queried, ({ files }) => samePodKey(files)).values()];
  return {
    groups: groups.map((group) => ({ labels: group.map(({ pod }) => pod.label), all: group.map(({ files }) => files) })),
    unread: [
      ...missing.map(({ label, why }) => ({ label, why })),
      ...read.flatMap((one) => {
        if ('files' in one) return [];
        const { pod, why, help, isNothing } = one;
        return [{ label: pod.label, why, ...(help !== undefined && { help }), ...(isNothing && { isNothing }) }];
      }),
    ],
  };
}
