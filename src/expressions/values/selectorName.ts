/** What a selector is called in the registry, and what its header says of the packet. */
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { NftSelector } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';

/** As the registry has it. */
export function selectorName(selector: NftSelector, { family }: Pick<NftRuleContext, 'family'>): string {
  switch (selector.kind) {
    case 'payload':
      return `${selector.protocol} ${selector.field}`;
    case 'raw': {
      const { base, offset, length } = selector;
      if (base === 'th' && length === 16 && (offset === 0 || offset === 16)) return offset === 0 ? 'th sport' : 'th dport';
      return `@${base},${offset},${length}`;
    }
    case 'meta':
      return `meta ${selector.key}`;
    case 'ct': {
      const addresses = selector.direction !== undefined && (selector.key === 'saddr' || selector.key === 'daddr');
      const ip = selector.family ?? (addresses ? (family === 4 ? 'ip' : 'ip6') : undefined);
      return ['ct', selector.direction, ip, selector.key].filter((word) => word !== undefined).join(' ');
    }
    case 'fib': {
      const flags = FIB_FLAGS.filter((flag) => selector.flags.includes(flag));
      return `fib ${flags.join(' . ')} ${selector.result}`;
    }
    case 'header':
      return [selector.of === 'exthdr' ? '' : selector.of, selector.name, selector.field].filter((word) => word).join(' ');
    case 'other':
      // how it is looked for does not change what it is
      return selector.words.join(' ').replace(/ (?:ttl|spnum|level) \w+/, '');
    case 'numgen':
    case 'hash':
      return selector.kind;
  }
}

/** Extension headers are those of IPv6. */
export function impliedByHeader(selector: NftSelector): { readonly family?: Family; readonly proto?: number } {
  if (selector.kind !== 'header') return {};
  switch (selector.of) {
    case 'exthdr':
      return { family: 6 };
    case 'ip option':
      return { family: 4 };
    case 'tcp option':
      return { proto: PROTO.tcp };
    case 'sctp chunk':
      return { proto: PROTO.sctp };
    case 'dccp option':
      return { proto: PROTO.dccp };
  }
}

export const FIB_FLAGS = ['saddr', 'daddr', 'mark', 'iif', 'oif'];
