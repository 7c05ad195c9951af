/** What is said in the documentation of what is not modelled whole. */
import type { Claim } from './expression.ts';

export function partly(why: string): Claim {
  return { modelled: 'partly', why };
}

export function notModelled(why: string): Claim {
  return { modelled: 'not', why };
}

export const NOT_KEPT: Claim = notModelled('a packet here does not have it');
