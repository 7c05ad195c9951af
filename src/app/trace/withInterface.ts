/** A packet that names an interface which only an annotation names: it is assumed to be there, and that is said. */
import { hostAssumption } from '../../connection/assumedHost.ts';
import { withInterfaces } from '../../host/guestInterface.ts';
import type { Host } from '../../host/host.ts';
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
  if (assumed === undefined || iif !== found.name || !found.hasGuests) return there;
  // where guests call to is not the pod
  const ofPod = hostAssumption(setting.host, assumed, dst === undefined ? 4 : familyOf(dst));
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
  return withInterfaces(host, [{ name, addresses: prefix === undefined ? [] : [prefix] }], hasGuests);
}
