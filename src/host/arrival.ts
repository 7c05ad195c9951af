/** The interface by which a packet arrives where it is not given. */
import { type Address, familyOf } from '../packet/address.ts';
import type { Host } from './host.ts';
import { routeOutput } from './output.ts';
import { POD_INTERFACE } from './podAddress.ts';

export interface Arrival {
  /** absent: any client's */
  readonly src?: Address;
  readonly dst: Address;
}

/** The one that leads back to its source; else the one that has its destination; else eth0, or the first. Undefined: there is only lo. */
export function arrivalInterface(host: Host, { src, dst }: Arrival): string | undefined {
  const names = host.interfaces.flatMap(({ name }) => (name === 'lo' ? [] : [name]));
  const back = src === undefined ? undefined : routeOutput(host, { family: familyOf(src), dst: src, mark: 0 });
  if (back?.kind === 'found' && names.includes(back.oif)) return back.oif;
  const own = host.interfaces.find(({ name, addresses }) => name !== 'lo' && addresses.some(({ address }) => address === dst));
  return own?.name ?? (names.includes(POD_INTERFACE) ? POD_INTERFACE : names[0]);
}
