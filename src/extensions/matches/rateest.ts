/** rateest - compares a measured rate with a number, or with another measured rate.
 *  man    iptables-extensions(8), rateest
 *  kernel net/netfilter/xt_rateest.c xt_rateest_mt(); -j RATEEST measures
 *  fact   of several comparisons the last one counts, and `!` before any of them; each is saved once for bytes and once for packets */
import { type GivenOptions, type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { bitRate } from '../shapes/bitRate.ts';
import type { ShapeContext } from '../shapes/shape.ts';

const OPTIONS = {
  '--rateest1': { value: ['estimatorName'], required: true, aliases: ['--rateest'] },
  '--rateest-delta': { value: [] },
  '--rateest-bps1': { value: ['bitRate'], optional: true },
  '--rateest-pps1': { value: ['u32'], optional: true },
  '--rateest-lt': { value: [], invertible: true },
  '--rateest-gt': { value: [], invertible: true },
  '--rateest-eq': { value: [], invertible: true },
  '--rateest-bps2': { value: ['bitRate'], optional: true, aliases: ['--rateest-bps'] },
  '--rateest-pps2': { value: ['u32'], optional: true, aliases: ['--rateest-pps'] },
  '--rateest2': { value: ['estimatorName'] },
} as const;

type Options = GivenValues<typeof OPTIONS>;

const COMPARISONS = ['--rateest-lt', '--rateest-gt', '--rateest-eq'] as const;
const UNITS = ['bps', 'pps'] as const;

/** `[!] --rateest-lt`; empty when there is none */
function comparison(given: Options): readonly string[] {
  const options = COMPARISONS.flatMap((name) => given[name] ?? []).sort((a, b) => a.span.start - b.span.start);
  const last = options.at(-1);
  if (last === undefined) return [];
  return options.some(({ inverted }) => inverted) ? ['!', last.name] : [last.name];
}

function asked(given: Options): readonly (typeof UNITS)[number][] {
  return UNITS.filter((unit) => given[`--rateest-${unit}1`] !== undefined || given[`--rateest-${unit}2`] !== undefined);
}

function complaints(given: Options): readonly RuleComplaint[] {
  const found: RuleComplaint[] = [];
  if (comparison(given).length === 0)
    found.push({ kind: 'not-loadable', message: `\`-m rateest\` needs one of ${COMPARISONS.join(', ')}` });
  if (asked(given).length === 0) found.push({ kind: 'not-loadable', message: '`-m rateest` needs `--rateest-bps` or `--rateest-pps`' });
  return found;
}

/** A number that was left out is 0. */
function amount(given: Options, name: `--rateest-${'bps' | 'pps'}${1 | 2}`, context: ShapeContext): string {
  const value = ((given as GivenOptions)[name]?.values[0] ?? 0) as number;
  return name.startsWith('--rateest-b') ? bitRate.print(value, context) : String(value);
}

export const rateest = matchExtension({
  name: 'rateest',
  families: [4, 6],
  claim: 'chance',
  options: OPTIONS,
  check: complaints,
  listing: {
    pieces: [
      {
        pattern: /rateest match (\S+) (?:bps (\d+(?:[KMG]?bit)?) (! )?(lt|gt|eq)|pps (! )?(lt|gt|eq) (\d+))/,
        // without a unit these are bytes, where the option takes bits
        words: (name = '', ...[bytes = '', notBytes = '', ofBytes = '', notPackets = '', ofPackets = '', packets = '']) =>
          bytes === ''
            ? ['--rateest', name, ...listedNot(notPackets), `--rateest-${ofPackets}`, '--rateest-pps', packets]
            : [
                '--rateest',
                name,
                ...listedNot(notBytes),
                `--rateest-${ofBytes}`,
                '--rateest-bps',
                /bit$/.test(bytes) ? bytes : `${BigInt(bytes) * 8n}bit`,
              ],
      },
    ],
  },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId } }],
  save: (given, context) => {
    const { '--rateest1': first, '--rateest2': second } = given;
    const delta = given['--rateest-delta'] !== undefined;
    const words = delta ? ['--rateest-delta'] : [];
    words.push(second === undefined ? '--rateest' : '--rateest1', first?.values[0] ?? '');
    for (const unit of asked(given)) {
      if (delta) words.push(`--rateest-${unit}1`, amount(given, `--rateest-${unit}1`, context));
      words.push(...comparison(given));
      if (delta) words.push(`--rateest-${unit}2`, amount(given, `--rateest-${unit}2`, context));
      else if (second === undefined) words.push(`--rateest-${unit}`, amount(given, `--rateest-${unit}2`, context));
      else words.push(`--rateest-${unit}`);
    }
    return second === undefined ? words : [...words, '--rateest2', second.values[0]];
  },
});
