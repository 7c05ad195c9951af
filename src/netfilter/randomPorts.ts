/** Which port NAT picks at random where the rule names none.
 *  kernel net/netfilter/nf_nat_core.c nf_nat_l4proto_unique_tuple() */
import type { Nat, PortRange } from './effect.ts';

export interface RandomPorts {
  /** for packets whose own port is one of these */
  readonly own: PortRange;
  readonly picked: PortRange;
}

const OF_SOURCES: readonly RandomPorts[] = [
  { own: { lo: 0, hi: 511 }, picked: { lo: 1, hi: 511 } },
  { own: { lo: 512, hi: 1023 }, picked: { lo: 600, hi: 1023 } },
  { own: { lo: 1024, hi: 65535 }, picked: { lo: 1024, hi: 65535 } },
];

/** Empty: none is picked at random. A destination keeps its port. */
export function randomPorts({ random, ports }: Nat, manip: 'src' | 'dst'): readonly RandomPorts[] {
  if (!random) return [];
  if (ports !== undefined) return [{ own: { lo: 0, hi: 65535 }, picked: ports }];
  return manip === 'dst' ? [] : OF_SOURCES;
}
