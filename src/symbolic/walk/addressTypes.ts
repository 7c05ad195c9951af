/** Which packets have an address of some route types: host/addrType.ts for sets. */
import { typeIntervals } from '../../host/addrType.ts';
import { ADDR_TYPES, type AddrType } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { type Vector, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';

export function ofTypes({ host, family, manager }: Space, address: Vector, types: readonly AddrType[]): Bdd {
  const asked = typeIntervals(host, family, undefined).filter(({ type }) => types.some((name) => ADDR_TYPES[type] === name));
  return manager.any(asked.map(({ addresses }) => vectorIn(manager, address, addresses)));
}
