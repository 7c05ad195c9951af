/** The name servers in a pod's resolv.conf: as an option says, as the cluster's objects say, or the usual one of the platform.
 *  source: kubernetes pkg/kubelet/network/dns/dns.go GetPodDNS */
import { goAddress } from '../../istio/settings/goValues.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { valueAt } from '../configuration/mesh.ts';
import type { Facts } from './facts.ts';

export interface PodResolvers {
  /** in their order */
  readonly servers: readonly string[];
  /** what says the cluster's */
  readonly at?: Located<string>;
  /** it is not given */
  readonly assumption?: Assumption;
}

/** The usual resolver of a cluster, and those of platforms that have another range for Services. */
const USUAL = '10.96.0.10';
const OF_PLATFORM: ReadonlyMap<string, string> = new Map([
  ['openshift', '172.30.0.10'],
  ['k3s', '10.43.0.10'],
  ['k3d', '10.43.0.10'],
  ['microk8s', '10.152.183.10'],
]);

/** of resolv.conf; the kubelet leaves out what is beyond */
const MOST_NAMESERVERS = 3;

export function podResolvers(facts: Facts): PodResolvers {
  const { pod, nameservers } = facts;
  if (nameservers !== undefined) return { servers: limited(nameservers) };
  // dnsConfig adds to what the policy gives
  if (pod.dnsPolicy === 'None') return { servers: limited(pod.nameservers) };
  const { servers, ...rest } = ofCluster(facts);
  return { servers: limited([...servers, ...pod.nameservers]), ...rest };
}

function ofCluster({ pod, mesh, resolvers }: Facts): PodResolvers {
  const found = resolvers.find(({ by }) => by === 'kubelet') ?? resolvers[0];
  if (found !== undefined && pod.dnsPolicy !== 'Default') {
    return { servers: found.addresses.map(({ value }) => value), at: found.addresses[0] };
  }
  const platform = valueAt(mesh, 'global.platform')?.value ?? '';
  const server = OF_PLATFORM.get(platform) ?? USUAL;
  const whose = pod.dnsPolicy === 'Default' ? "the pod's resolver, which is its node's (dnsPolicy Default)," : "the pod's resolver";
  const says = `${whose} is assumed to be ${server}`;
  return { servers: [server], assumption: { about: 'resolver', says, options: ['--nameserver'] } };
}

function limited(servers: readonly string[]): readonly string[] {
  return [...new Set(servers.flatMap((one) => goAddress(one)?.text ?? []))].slice(0, MOST_NAMESERVERS);
}
