/** TOS - sets bits of the type of service.
 *  man    iptables-extensions(8), TOS
 *  kernel net/netfilter/xt_DSCP.c tos_tg(): tos = (tos & ~mask) ^ value */
import type { FieldChange } from '../../netfilter/effect.ts';
import { type GivenValues, targetExtension } from '../contract/extension.ts';
import { hex8, U8 } from '../shapes/number.ts';

const OPTIONS = {
  '--set-tos': { value: ['tosMask'], excludes: ['--and-tos', '--or-tos', '--xor-tos'] },
  '--and-tos': { value: ['u8'], excludes: ['--or-tos', '--xor-tos'] },
  '--or-tos': { value: ['u8'], excludes: ['--xor-tos'] },
  '--xor-tos': { value: ['u8'] },
} as const;

type Change = Extract<FieldChange, { readonly keep: number }>;

function change(given: GivenValues<typeof OPTIONS>): Change | undefined {
  const { '--set-tos': set, '--and-tos': and, '--or-tos': or, '--xor-tos': xor } = given;
  if (set !== undefined) return { keep: invert(set.values[0].mask), xor: set.values[0].value };
  if (and !== undefined) return { keep: and.values[0], xor: 0 };
  if (or !== undefined) return { keep: invert(or.values[0]), xor: or.values[0] };
  return xor === undefined ? undefined : { keep: U8, xor: xor.values[0] };
}

function invert(bits: number): number {
  return ~bits & U8;
}

const UNCHANGED: Change = { keep: U8, xor: 0 };

export const TOS = targetExtension({
  name: 'TOS',
  families: [4, 6],
  options: OPTIONS,
  tables: ['mangle'],
  check: (given) =>
    change(given) === undefined
      ? [{ kind: 'malformed', message: '`-j TOS` needs one of `--set-tos`, `--and-tos`, `--or-tos` and `--xor-tos`' }]
      : [],
  listing: {
    opens: /TOS/,
    options: { '--set-tos': /set ?(\S+)/, '--and-tos': /and (\S+)/, '--or-tos': /or (\S+)/, '--xor-tos': /xor (\S+)/ },
  },
  lower: (given) => ({ kind: 'setField', field: 'tos', change: change(given) ?? UNCHANGED }),
  save: (given) => {
    const { keep, xor } = change(given) ?? UNCHANGED;
    return ['--set-tos', `${hex8(xor)}/${hex8(invert(keep))}`];
  },
});
