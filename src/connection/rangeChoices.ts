/** Where the kernel picks an address or a port of a range, the engines walk some of them. What is compared is the range. */

import type { Effect, Nat } from '../netfilter/effect.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import { isLong } from '../ruleset/addressParts.ts';
import { effectOf, type Walk } from '../simulate/trace.ts';
import type { Doubt } from '../symbolic/walk/state.ts';

export interface Picks {
  /** the ranges, in order */
  readonly says: string;
  /** the port is one of a range; which one says nothing */
  readonly sport: boolean;
  readonly dport: boolean;
  /** the address is one of a range of which not all are walked */
  readonly src: boolean;
  readonly dst: boolean;
}

interface Pick {
  readonly nat: Nat;
  readonly port: boolean;
}

/** As symbolic/act.ts and simulate/nat.ts say it. */
const ADDRESS = 'the kernel picks an address';
const PORT = 'the kernel picks a port';

export function isPick({ what }: Doubt): boolean {
  return what.startsWith(ADDRESS) || what.startsWith(PORT);
}

export function picksOfClass(doubts: readonly Doubt[]): Picks {
  return toPicks(
    doubts.flatMap((doubt): readonly Pick[] => {
      const nat = doubt.rule && lastEffect(doubt.rule);
      return isPick(doubt) && isNat(nat) ? [{ nat, port: doubt.what.startsWith(PORT) }] : [];
    }),
  );
}

export function picksOfWalk({ steps, choices }: Walk): Picks {
  const said = new Set(choices.map(({ what }) => what));
  return toPicks(
    steps.flatMap((step): readonly Pick[] => {
      const nat = step.kind === 'rule' ? effectOf(step) : undefined;
      if (!isNat(nat)) return [];
      const { lo, hi } = portsOf(nat);
      const range = nat.to.kind === 'addresses' && nat.to.lo !== nat.to.hi;
      return [...(range ? [{ nat, port: false }] : []), ...(said.has(`${PORT} of ${lo}-${hi}`) ? [{ nat, port: true }] : [])];
    }),
  );
}

function isNat(effect: Effect | undefined): effect is Nat {
  return effect?.kind === 'nat';
}

function portsOf({ ports }: Nat): { readonly lo: number; readonly hi: number } {
  return ports ?? { lo: 1024, hi: 65535 };
}

function toPicks(picks: readonly Pick[]): Picks {
  const ports = picks.filter(({ port }) => port);
  const says = picks.map(({ nat, port }) => {
    const { lo, hi } = port ? portsOf(nat) : nat.to.kind === 'addresses' ? nat.to : { lo: '', hi: '' };
    return `${nat.manip} ${lo}-${hi}`;
  });
  const long = picks.filter(({ nat: { to }, port }) => !port && to.kind === 'addresses' && isLong(to));
  const ends = { src: long.some(({ nat }) => nat.manip !== 'dst'), dst: long.some(({ nat }) => nat.manip === 'dst') };
  return {
    says: says.join(),
    ...ends,
    sport: ports.some(({ nat }) => nat.manip !== 'dst'),
    dport: ports.some(({ nat }) => nat.manip === 'dst'),
  };
}
