/** Interfaces behind which guests of a host are: its containers and virtual machines.
 *  source: Docker, Podman, containerd, libvirt, LXD and KubeVirt, which name them so */
import type { Prefix } from '../packet/address.ts';
import type { Host } from './host.ts';
import { derivedRoutes, writtenRoutes } from './routing.ts';

const NAMES =
  /^(?:docker\d+$|docker_gwbridge$|br-|br\d+$|cni\d+$|cni-|cbr\d+$|kube-bridge$|virbr\d+$|lxcbr\d+$|lxdbr\d+$|podman\d+$|k6t-|veth|vnet\d+$|tap|cali[0-9a-f])/;

/** By its name. A bridge may as well be the way out of the host: routes tell. */
export function isGuestInterface(name: string): boolean {
  return NAMES.test(name);
}

/** source: Docker's default bridge; KubeVirt's masquerade binding; libvirt's default network; Podman's default network */
const USUAL: readonly (readonly [name: RegExp, address: string])[] = [
  [/^docker0$/, '172.17.0.1/16'],
  [/^k6t-/, '10.0.2.1/24'],
  [/^virbr0$/, '192.168.122.1/24'],
  [/^(?:podman0|cni-podman0)$/, '10.88.0.1/16'],
];

/** The address that such an interface usually has, in IPv4. `index`: distinguishes those of which nothing is usual. */
export function usualGuestAddress(name: string, index: number): string {
  return USUAL.find(([pattern]) => pattern.test(name))?.[1] ?? `198.51.100.${index + 129}/25`;
}

export interface AddedInterface {
  readonly name: string;
  readonly addresses: readonly Prefix[];
}

/** `forwards`: the host passes on what guests send. */
export function withInterfaces(host: Host, added: readonly AddedInterface[], forwards: boolean): Host {
  const interfaces = [...host.interfaces, ...added.map((nic) => ({ ...nic, group: 0 }))];
  const on = [
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv6.conf.all.forwarding', '1'],
  ] as const;
  const sysctls = forwards ? new Map([...host.sysctls, ...on]) : host.sysctls;
  return { ...host, interfaces, sysctls, routes: [...derivedRoutes({ interfaces, sysctls }), ...writtenRoutes(host)] };
}
