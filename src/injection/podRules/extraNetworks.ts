/** What Multus adds to eth0: interfaces with their addresses and routes, as far as the files say.
 *  source: Multus pkg/types NetworkSelectionElement; CNI specification, ipam; containernetworking/plugins pkg/ipam ConfigureIface */

import { type NetworkStatus, networkStatusOf } from '../../kubernetes/manifest/networkStatus.ts';
import { at, itemsOf, type Node, stringAt } from '../../kubernetes/yaml/node.ts';
import { familyOf, parseAddress, parsePrefix } from '../../packet/address.ts';
import { type AttachedNetwork, isIstioCni, networksOf } from '../enrol/multus.ts';
import type { Facts } from '../facts/facts.ts';

export interface ExtraNetwork {
  readonly name: string;
  readonly addresses: readonly string[];
  /** as ip(8) spells them */
  readonly routes: readonly string[];
  /** destinations of all routes that the network requests, those with the default route among them */
  readonly destinations: readonly string[];
}

/** Where the files have no address, one of those for documentation is assumed. */
export function extraNetworks(facts: Facts): readonly ExtraNetwork[] {
  const running = networkStatusOf(facts.pod.annotations);
  const taken = new Set<NetworkStatus>();
  const networks = networksOf(facts).networks.flatMap((network, index): ExtraNetwork[] => {
    if (isIstioCni(network)) return [];
    const ipam = ipamOf(facts, network);
    // one network may be requested several times
    const status = running.find((one) => !taken.has(one) && !one.isDefault && one.name === `${network.namespace}/${network.name}`);
    if (status !== undefined) taken.add(status);
    const name = status?.interface ?? network.interface ?? `net${index + 1}`;
    const addresses =
      (status !== undefined && status.ips.length > 0 ? withLengths(status.ips, network.ips) : undefined) ??
      network.ips ??
      ipam.flatMap((one) => itemsOf(at(one, 'addresses')).flatMap((item) => stringAt(item, 'address') ?? []));
    const known = addresses.filter((text) => parsePrefix(text) !== undefined);
    const gateways = (status !== undefined && status.gateways.length > 0 ? status.gateways : (network.defaultRoute ?? [])).filter(
      (text) => parseAddress(text) !== undefined,
    );
    const asked = ipam.flatMap((one) => itemsOf(at(one, 'routes')).flatMap((route) => routeOf(route) ?? []));
    const routed = asked.flatMap(({ to, via }) => (isEverything(to) ? [] : [routeText(to, via, name)]));
    return [
      {
        name,
        addresses: known.length > 0 ? known.map(withLength) : [`198.51.100.${index + 10}/24`],
        // of two default routes in the same place the first one stays, which is eth0's
        routes: [...gateways.map((gateway) => routeText('default', gateway, name)), ...routed],
        destinations: [...gateways.map((gateway) => (gateway.includes(':') ? '::/0' : '0.0.0.0/0')), ...asked.map(({ to }) => to)],
      },
    ];
  });
  // a name that is taken is an error of the plugin
  const names = ['lo', 'eth0', ...networks.map(({ name }) => name)];
  return networks.filter(({ name }, index) => names.indexOf(name) === index + 2);
}

/** A status has addresses alone; the subnet is known where the pod requested it. */
function withLengths(ips: readonly string[], asked: readonly string[] = []): readonly string[] {
  return ips.map((ip) => asked.find((one) => one.split('/')[0] === ip) ?? ip);
}

/** Of the plugin, or of those in a list. */
function ipamOf({ attachments, readNested }: Facts, network: AttachedNetwork): readonly Node[] {
  const attachment = attachments.find(({ name, namespace }) => name === network.name && namespace === network.namespace);
  const config = attachment?.config === undefined ? undefined : readNested(attachment.config.value);
  const root = config === undefined || 'problem' in config ? undefined : config.root;
  return [root, ...itemsOf(at(root, 'plugins'))].flatMap((plugin) => at(plugin, 'ipam') ?? []);
}

interface AskedRoute {
  readonly to: string;
  readonly via?: string;
}

/** Undefined when its destination cannot be read: the plugin refuses it. */
function routeOf(route: Node): AskedRoute | undefined {
  const to = stringAt(route, 'dst');
  const prefix = parsePrefix(to ?? '');
  if (to === undefined || prefix === undefined) return undefined;
  const via = stringAt(route, 'gw');
  const gateway = parseAddress(via ?? '');
  return via !== undefined && gateway !== undefined && familyOf(gateway) === familyOf(prefix.address) ? { to, via } : { to };
}

function isEverything(prefix: string): boolean {
  return /\/0$/.test(prefix);
}

function withLength(address: string): string {
  return address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
}

function routeText(to: string, via: string | undefined, name: string): string {
  return `${to}${via === undefined ? '' : ` via ${via}`} dev ${name}`;
}
