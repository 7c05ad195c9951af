/** What is said in the documentation of what is not modelled whole. */
import type { NftClaim } from './expression.ts';

export function partly(why: string): NftClaim {
  return { modelled: 'partly', why };
}

export function notClaimed(why: string): NftClaim {
  return { modelled: 'not', why };
}

export const NOT_KEPT: NftClaim = notClaimed('a packet here does not have it');
