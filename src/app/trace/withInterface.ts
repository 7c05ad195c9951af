/** A packet that names an interface which only an annotation speaks of: it is taken to be there, and that is said. */
import { hostAssumption } from '../../connection/assumedHost.ts';
import type { Host } from '../../host/host.ts';
import { derivedRoutes } from '../../host/routing.ts';
import type { NamedInterface } from '../../injection/podRules/namedInterfaces.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { familyOf, parsePrefix } from '../../packet/address.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { TraceSetting } from './setting.ts';

export function withInterface(setting: TraceSetting, { iif, oif, dst }: PartialPacket): TraceSetting {
  const found = setting.named?.find(({ name }) => name === iif || name === oif);
  if (found === undefined) return setting;
  const { assumed, assumptions = [] } = setting;
  const there = { ...setting, host: hostWith(setting.host, found), assumptions: [assumedInterface(found), ...assumptions] };
  if (assumed === undefined || dst === undefined || iif !== found.name || !found.hasGuests) return there;
  // where guests call to is not the pod
  const ofPod = hostAssumption(setting.host, assumed, familyOf(dst));
  return { ...there, assumed: { ...assumed, families: [] }, assumptions: [...ofPod, ...there.assumptions] };
}

function assumedInterface({ name, address, hasGuests, from }: NamedInterface): Assumption {
  const passes = hasGuests ? ', and passes on what its guests send (ip_forward)' : '';
  return {
    about: 'interface',
    says: `the pod has the interface ${name} with ${address}, as ${from} names it${passes}`,
    options: ['--host'],
  };
}

function hostWith(host: Host, { name, address, hasGuests }: NamedInterface): Host {
  const prefix = parsePrefix(address);
  const interfaces = [...host.interfaces, { name, addresses: prefix === undefined ? [] : [prefix], group: 0 }];
  const forwarding6 = (host.sysctls.get('net.ipv6.conf.all.forwarding') ?? '0') !== '0';
  // those that follow from the addresses come first, see readHost
  const added = host.routes.slice(derivedRoutes(host.interfaces, forwarding6).length);
  const forwards = [
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv6.conf.all.forwarding', '1'],
  ] as const;
  const sysctls = hasGuests ? new Map([...host.sysctls, ...forwards]) : host.sysctls;
  return { ...host, interfaces, sysctls, routes: [...derivedRoutes(interfaces, hasGuests || forwarding6), ...added] };
}
