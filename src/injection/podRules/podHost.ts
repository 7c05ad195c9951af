/** The host around a pod's rules, in the form that `readHost` reads: the pod's interfaces, and who runs in it. */

import type { HostDescription, ListenerDescription } from '../../host/hostDescription.ts';
import type { Container } from '../../kubernetes/manifest/container.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { defaultHost } from '../../mesh/defaultHost.ts';
import { istioAmbient } from '../../mesh/istioAmbient.ts';
import { istioSidecar } from '../../mesh/istioSidecar.ts';
import type { KnownMesh } from '../../mesh/profile.ts';
import { type Family, parseAddress } from '../../packet/address.ts';
import type { Facts } from '../facts/facts.ts';
import { configuredIdentity, openShiftDefaultUser } from '../facts/identity.ts';
import { type PodResolvers, podResolvers } from '../facts/resolver.ts';
import { type ExtraNetwork, extraNetworks } from './extraNetworks.ts';

export function profileOfPod({ approach }: Facts): KnownMesh {
  return approach === 'ambient' ? istioAmbient : istioSidecar;
}

/** The user and group that a container runs as; undefined where only its image says. */
export function identityOf(
  facts: Facts,
  { runAsUser, runAsGroup }: Container,
): { readonly uid: number | undefined; readonly gid: number | undefined } {
  const { pod } = facts;
  const uid = (runAsUser ?? pod.runAsUser ?? openShiftDefaultUser(facts))?.value;
  return { uid, gid: (runAsGroup ?? pod.runAsGroup)?.value };
}

const APP = { uid: 1000, gid: 1000 };

/** `transparentPorts`: those that the rules' TPROXY targets name. */
export function podHost(facts: Facts, transparentPorts: readonly number[]): HostDescription {
  const profile = profileOfPod(facts);
  const host = defaultHost({ profile, transparentPorts });
  const app = facts.pod.containers.find(({ role, name }) => role === 'app' && name.value !== 'istio-proxy');
  const { uid = APP.uid, gid = APP.gid } = app === undefined ? {} : identityOf(facts, app);
  const proxy = configuredIdentity(facts);
  const networks = extraNetworks(facts);
  const own = profile === istioAmbient ? {} : { [profile.process.name]: { uid: proxy.uid.value, gid: proxy.gid.value } };
  const families = familiesOfAddresses(facts.pod);
  const isThere = (text: string) => families.includes(text.includes(':') ? 6 : 4);
  return {
    ...host,
    listeners: (host.listeners ?? []).map((one) => asksResolver(one, podResolvers(facts))),
    interfaces: [
      ...host.interfaces.map((nic) => withAddresses(nic, isThere)),
      ...networks.map(({ name, addresses }) => ({ name, addresses })),
    ],
    routes: routesWith((host.routes ?? []).filter(isThere), networks),
    processes: { ...host.processes, app: { uid: uid ?? APP.uid, gid: gid ?? APP.gid }, ...own },
  };
}

/** Those of which a running pod has addresses; of one that does not run yet none is known. */
export function familiesOfAddresses({ addresses }: Pick<Pod, 'addresses'>): readonly Family[] {
  if (addresses.length === 0) return [4, 6];
  return ([4, 6] as const).filter((family) => addresses.some((text) => text.includes(':') === (family === 6)));
}

/** Loopback has both. */
function withAddresses(nic: HostDescription['interfaces'][number], isThere: (text: string) => boolean): typeof nic {
  return nic.name === 'lo' ? nic : { ...nic, addresses: (nic.addresses ?? []).filter(isThere) };
}

const AGENT_PORT = 15053;

/** The agent passes questions to the resolvers of the pod, whichever server they were for. source: istio/istio pkg/dns/client/dns.go */
function asksResolver(listener: ListenerDescription, { servers, assumption }: PodResolvers): ListenerDescription {
  // of an address that is assumed nothing depends
  const first = assumption === undefined ? servers[0] : servers[1];
  const address = parseAddress(first ?? '');
  if (listener.port !== AGENT_PORT || address === undefined) return listener;
  return { ...listener, forwards: typeof address === 'bigint' ? `[${first}]:53` : `${first}:53` };
}

/** A network that requests the default route takes it from eth0, in the family of its gateway. */
function routesWith(routes: readonly string[], networks: readonly ExtraNetwork[]): readonly string[] {
  const own = networks.flatMap((network) => network.routes);
  const taken = (isSix: boolean) => own.some((route) => route.startsWith('default ') && route.includes(':') === isSix);
  return [...routes.filter((route) => !(route.startsWith('default ') && taken(route.includes(':')))), ...own];
}
