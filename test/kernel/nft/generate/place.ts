/** Where a rule stands, and what it has already asked for. */
import type { Random } from '../../generate/random.ts';
import type { Hook, Key, Layer3, Layer4 } from './keys.ts';

export type TableFamily = 'ip' | 'ip6' | 'inet';
export type ChainType = 'filter' | 'nat' | 'route';

/** A chain of the user's, for base chains of one type at these hooks. */
export interface UserChain {
  readonly name: string;
  readonly type: 'filter' | 'nat';
  readonly hooks: readonly Hook[];
}

export interface Place {
  readonly random: Random;
  readonly family: TableFamily;
  readonly type: ChainType;
  /** from which its rules are reached */
  readonly hooks: readonly Hook[];
  /** lowest priority from which they are */
  readonly early: boolean;
  /** chains that may be jumped to */
  readonly below: readonly UserChain[];
  /** declarations of the table, which rules add to */
  readonly declared: string[];
  /** rules in braces cannot have such */
  readonly isAnonymous?: boolean;
}

/** Of one rule: grows with each match. */
export interface Asked {
  readonly l3?: Layer3 | undefined;
  readonly l4?: Layer4 | undefined;
}

const WITH_PORTS: readonly unknown[] = ['tcp', 'udp', 'udplite', 'th'];

export function hasPorts({ l4 }: Asked): boolean {
  return WITH_PORTS.includes(l4);
}

export function asked(before: Asked, { text, l3, l4 }: Key): Asked {
  const open = /^(?:meta l4proto|ip protocol|ip6 nexthdr|ct protocol)$/.test(text) ? 'other' : undefined;
  const layer = text === 'meta nfproto' || text === 'meta protocol' ? 'none' : undefined;
  return { l3: l3 ?? before.l3 ?? (layer as Layer3 | undefined), l4: l4 ?? before.l4 ?? open };
}

/** Of the table's family, unlike nothing that was asked for, and at home at these hooks. */
export function isFit({ family, hooks }: Place, { l3, l4 }: Asked, key: Key): boolean {
  if (key.l3 !== undefined && ((family !== 'inet' && family !== key.l3) || (l3 !== undefined && l3 !== key.l3))) return false;
  if (key.l4 !== undefined && l4 !== undefined && l4 !== key.l4) return false;
  if (key.l4 === 'icmp' && (family === 'ip6' || l3 === 'ip6')) return false;
  if (key.l4 === 'icmpv6' && (family === 'ip' || l3 === 'ip')) return false;
  if ((key.text === 'meta l4proto' || /^ip6? (?:protocol|nexthdr)$/.test(key.text)) && l4 !== undefined) return false;
  if (key.text === 'meta nfproto' && (family !== 'inet' || l3 !== undefined)) return false;
  if (key.text === 'meta protocol' && l3 !== undefined) return false;
  if (key.afterPorts === true && (l4 === undefined || !hasPorts({ l4 }))) return false;
  return key.hooks === undefined || hooks.every((hook) => key.hooks?.includes(hook));
}

export function isWithin({ hooks }: Pick<Place, 'hooks'>, allowed: readonly Hook[]): boolean {
  return hooks.every((hook) => allowed.includes(hook));
}
