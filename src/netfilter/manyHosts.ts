/** Packets for more than one host: of them the link layer says how they were sent, of others it is known. */
import type { Family } from '../packet/address.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { inSet, type MatchExpr, or } from './matchExpr.ts';

const BROADCAST = ADDR_TYPES.indexOf('BROADCAST');

/** Addresses of more than one host, before or after NAT. */
export function toManyHosts(family: Family): MatchExpr {
  const groups =
    family === 4
      ? [
          { lo: 0xe000_0000, hi: 0xefff_ffff },
          { lo: 0xffff_ffff, hi: 0xffff_ffff },
        ]
      : [{ lo: 0xffn << 120n, hi: (1n << 128n) - 1n }];
  const broadcast = inSet('dstType', [{ lo: BROADCAST, hi: BROADCAST }]);
  return or(inSet('dst', groups), inSet('ctorigdst', groups), ...(family === 4 ? [broadcast] : []));
}
