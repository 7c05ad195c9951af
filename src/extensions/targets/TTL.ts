/** TTL, HL - set the number of hops that the packet has left.
 *  man    iptables-extensions(8), TTL and HL
 *  kernel net/netfilter/xt_HL.c ttl_tg(), hl_tg6(): adding stops at 255, taking away at 0; 0 is sent as it is */
import type { Effect } from '../../netfilter/effect.ts';
import { targetExtension } from '../contract/extension.ts';

interface Asked {
  readonly set: number | undefined;
  readonly inc: number | undefined;
  readonly dec: number | undefined;
}

function change({ set, inc, dec }: Asked): Effect {
  if (set !== undefined) return { kind: 'setField', field: 'ttl', change: { keep: 0, xor: set } };
  return { kind: 'setField', field: 'ttl', change: { add: inc ?? -(dec ?? 0) } };
}

export const TTL = targetExtension({
  name: 'TTL',
  families: [4],
  options: {
    '--ttl-set': { value: ['u8'], excludes: ['--ttl-inc', '--ttl-dec'] },
    '--ttl-dec': { value: ['hops'], excludes: ['--ttl-inc'] },
    '--ttl-inc': { value: ['hops'] },
  },
  tables: ['mangle'],
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-j TTL` needs one of `--ttl-set`, `--ttl-dec` and `--ttl-inc`' }],
  listing: {
    opens: /TTL/,
    options: { '--ttl-set': /set to (\d+)/, '--ttl-inc': /increment by (\d+)/, '--ttl-dec': /decrement by (\d+)/ },
  },
  lower: (given) => {
    const { '--ttl-set': set, '--ttl-inc': inc, '--ttl-dec': dec } = given;
    return change({ set: set?.values[0], inc: inc?.values[0], dec: dec?.values[0] });
  },
});

export const HL = targetExtension({
  name: 'HL',
  families: [6],
  options: {
    '--hl-set': { value: ['u8'], excludes: ['--hl-inc', '--hl-dec'] },
    '--hl-dec': { value: ['hops'], excludes: ['--hl-inc'] },
    '--hl-inc': { value: ['hops'] },
  },
  tables: ['mangle'],
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-j HL` needs one of `--hl-set`, `--hl-dec` and `--hl-inc`' }],
  listing: {
    opens: /HL/,
    options: { '--hl-set': /set to (\d+)/, '--hl-inc': /increment by (\d+)/, '--hl-dec': /decrement by (\d+)/ },
  },
  lower: (given) => {
    const { '--hl-set': set, '--hl-inc': inc, '--hl-dec': dec } = given;
    return change({ set: set?.values[0], inc: inc?.values[0], dec: dec?.values[0] });
  },
});
