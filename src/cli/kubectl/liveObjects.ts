/** Services and pods by name, from the API server. */
import type { ClusterObjects } from '../../kubernetes/objects/clusterObject.ts';
import type { PacketNames } from '../../kubernetes/objects/packetNames.ts';
import { isJsonRecord, parseJson } from '../../lib/json.ts';
import { type Cluster, failure, inNamespace, keptAnswer, namespaceOf } from './cluster.ts';
import { podsIn } from './findPod.ts';

/** `namespace`: of the pod that is asked. */
export function liveNames(cluster: Cluster, namespace: string | undefined = namespaceOf(cluster)): PacketNames {
  return { objects: liveObjects(cluster), namespace };
}

function liveObjects(cluster: Cluster): ClusterObjects {
  const within = (namespace: string | undefined) => (namespace === undefined ? cluster : inNamespace(cluster, namespace));
  return {
    object: async (kind, name, namespace) => {
      const word = kind === 'service' ? 'svc' : 'pod';
      const answer = await keptAnswer(within(namespace), ['get', word, name, '--output=json']);
      const object = 'code' in answer && answer.code === 0 ? parseJson(answer.out) : undefined;
      if (isJsonRecord(object)) return { found: object };
      const help = `\`kubectl get ${word === 'svc' ? 'svc' : 'pods'} -A\` lists them; a packet may name an address, svc/NAME, svc/NAMESPACE/NAME or pod/NAME`;
      return { ...failure(`kubectl get ${word} ${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}`, answer), help };
    },
    pods: async (labels, namespace) => {
      const selector = Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const answer = await keptAnswer(within(namespace), ['get', 'pods', `--selector=${selector}`, '--output=json']);
      return 'code' in answer && answer.code === 0 ? podsIn(answer.out) : failure(`kubectl get pods --selector=${selector}`, answer);
    },
  };
}
