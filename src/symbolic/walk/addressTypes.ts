/** Which packets have an address of some route types: host/addrType.ts for sets. */
import { sendersApart, typeIntervals } from '../../host/addrType.ts';
import { ADDR_TYPES, type AddrType } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { type Vector, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';

export function ofTypes(space: Space, address: Vector, types: readonly AddrType[]): Bdd {
  return ofTypeNumbers(space, { address }, (type) => types.some((name) => ADDR_TYPES[type] === name));
}

interface TypeAsked {
  readonly address: Vector;
  /** looking only there */
  readonly dev?: string | undefined;
}

/** By their places in ADDR_TYPES. */
export function ofTypeNumbers({ host, family, manager }: Space, { address, dev }: TypeAsked, isAsked: (type: number) => boolean): Bdd {
  const asked = typeIntervals(host, family, { dev }).filter(({ type }) => isAsked(type));
  return manager.any(asked.map(({ addresses }) => vectorIn(manager, address, addresses)));
}

/** As a packet from the other address. */
export function ofTypesFrom(
  { host, family, manager }: Space,
  { address, other, dev }: TypeAsked & { readonly other: Vector },
  isAsked: (type: number) => boolean,
): Bdd {
  return manager.any(
    sendersApart(host, family).map(({ from, addresses: senders }) => {
      const asked = typeIntervals(host, family, { dev, from }).filter(({ type }) => isAsked(type));
      return manager.and(
        vectorIn(manager, other, senders),
        manager.any(asked.map(({ addresses }) => vectorIn(manager, address, addresses))),
      );
    }),
  );
}
