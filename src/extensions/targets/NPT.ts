/** DNPT, SNPT - replace the prefix of an address without a connection, so that the checksum stays (RFC 6296).
 *  man    iptables-extensions(8), DNPT and SNPT
 *  kernel net/ipv6/netfilter/ip6t_NPT.c ip6t_npt_checkentry(): prefixes of at most 64 bits, without host bits */
import type { HookName } from '../../netfilter/hooks.ts';
import { type GivenValues, type RuleComplaint, targetExtension } from '../contract/extension.ts';
import { type NetworkText, prefixLength } from '../shapes/address.ts';
import { rawPrefix } from '../shapes/targetValues.ts';

const OPTIONS = {
  '--src-pfx': { value: ['rawPrefix'], required: true },
  '--dst-pfx': { value: ['rawPrefix'], required: true },
} as const;

const MAX_LENGTH = 64;

function problem({ address, mask }: NetworkText): string | undefined {
  const length = prefixLength(mask);
  if (length === undefined) return 'is not a prefix';
  if (length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} bits`;
  return (BigInt(address) & ~BigInt(mask)) === 0n ? undefined : 'has host bits';
}

function complaints(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  return (['--src-pfx', '--dst-pfx'] as const).flatMap((option): readonly RuleComplaint[] => {
    const value = given[option]?.values[0];
    const what = value === undefined ? undefined : problem(value);
    return what === undefined ? [] : [{ kind: 'not-loadable', message: `the prefix of \`${option}\` ${what}`, option }];
  });
}

function prefixTranslation(name: 'DNPT' | 'SNPT', hooks: readonly HookName[]) {
  return targetExtension({
    name,
    claim: { modelled: 'not', why: 'the address it makes' },
    families: [6],
    options: OPTIONS,
    tables: ['mangle'],
    hooks: () => hooks,
    check: complaints,
    unclear: ['--src-pfx'],
    listing: { opens: new RegExp(name), options: { '--src-pfx': /src-pfx (\S+)/, '--dst-pfx': /dst-pfx (\S+)/ } },
    lower: () => ({ kind: 'unmodelled', reason: `${name}: the address it makes` }),
    save: (given) =>
      (['--src-pfx', '--dst-pfx'] as const).flatMap((option) => {
        const value = given[option]?.values[0];
        // ::/0 is not saved
        return value === undefined || value.mask === 0n ? [] : [option, rawPrefix.print(value, { family: 6 })];
      }),
  });
}

export const DNPT = prefixTranslation('DNPT', ['PREROUTING', 'OUTPUT']);
export const SNPT = prefixTranslation('SNPT', ['INPUT', 'POSTROUTING']);
