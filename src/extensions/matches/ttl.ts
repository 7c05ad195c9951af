/** ttl, hl - how many hops the packet has left.
 *  man    iptables-extensions(8), ttl and hl
 *  kernel net/netfilter/xt_hl.c ttl_mt(), hl_mt6() */
import { equals, inSet } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import type { ListedPiece } from '../contract/listing.ts';
import { U8 } from '../shapes/number.ts';

/** `TTL match TTL == 64` */
function listedHops(name: string, option: string): ListedPiece {
  const signs: Readonly<Record<string, readonly string[]>> = {
    '==': [`${option}-eq`],
    '!=': ['!', `${option}-eq`],
    '<': [`${option}-lt`],
    '>': [`${option}-gt`],
  };
  return {
    pattern: new RegExp(`${name} match ${name} (==|!=|<|>) (\\d+)`),
    words: (sign = '', value = '') => [...(signs[sign] ?? []), value],
  };
}

export const ttl = matchExtension({
  name: 'ttl',
  families: [4],
  options: {
    '--ttl-eq': { value: ['u8'], invertible: true, aliases: ['--ttl'], excludes: ['--ttl-lt', '--ttl-gt'] },
    '--ttl-lt': { value: ['u8'], excludes: ['--ttl-gt'] },
    '--ttl-gt': { value: ['u8'] },
  },
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m ttl` needs one of `--ttl-eq`, `--ttl-lt` and `--ttl-gt`' }],
  listing: { pieces: [listedHops('TTL', '--ttl')] },
  lower: (given) =>
    conj(given, {
      '--ttl-eq': (value) => equals('ttl', value),
      '--ttl-lt': (value) => inSet('ttl', [{ lo: 0, hi: value - 1 }]),
      '--ttl-gt': (value) => inSet('ttl', [{ lo: value + 1, hi: U8 }]),
    }),
});

export const hl = matchExtension({
  name: 'hl',
  families: [6],
  options: {
    '--hl-eq': { value: ['u8'], invertible: true, aliases: ['--hl'], excludes: ['--hl-lt', '--hl-gt'] },
    '--hl-lt': { value: ['u8'], excludes: ['--hl-gt'] },
    '--hl-gt': { value: ['u8'] },
  },
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m hl` needs one of `--hl-eq`, `--hl-lt` and `--hl-gt`' }],
  listing: { pieces: [listedHops('HL', '--hl')] },
  lower: (given) =>
    conj(given, {
      '--hl-eq': (value) => equals('ttl', value),
      '--hl-lt': (value) => inSet('ttl', [{ lo: 0, hi: value - 1 }]),
      '--hl-gt': (value) => inSet('ttl', [{ lo: value + 1, hi: U8 }]),
    }),
});
