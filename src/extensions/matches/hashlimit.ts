/** hashlimit - like limit, for each address or port apart.
 *  man    iptables-extensions(8), hashlimit
 *  kernel net/netfilter/xt_hashlimit.c hashlimit_mt_check_common() */
import { type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { bytesPerSecond, hashRate, printBurst, printPeriod } from '../shapes/hashlimit.ts';
import { hashModes } from '../shapes/list.ts';

const OPTIONS = {
  '--hashlimit-upto': { value: ['hashRate'], invertible: true, aliases: ['--hashlimit'], excludes: ['--hashlimit-above'] },
  '--hashlimit-above': { value: ['hashRate'], invertible: true },
  '--hashlimit-burst': { value: ['hashBurst'] },
  '--hashlimit-mode': { value: ['hashModes'] },
  '--hashlimit-name': { value: ['tableName'], required: true },
  '--hashlimit-htable-size': { value: ['u32'] },
  '--hashlimit-htable-max': { value: ['u32'] },
  '--hashlimit-htable-gcinterval': { value: ['u32'] },
  '--hashlimit-htable-expire': { value: ['u32'] },
  '--hashlimit-srcmask': { value: ['maskLength'] },
  '--hashlimit-dstmask': { value: ['maskLength'] },
  '--hashlimit-rate-match': { value: [] },
  '--hashlimit-rate-interval': { value: ['interval'] },
} as const;

const BURST = 5;
const MAX_BURST = 1_000_000;
const GC_INTERVAL = 1000;
/** seconds after which entries that count bytes are forgotten, without and with a burst */
const BYTES_EXPIRE = { plain: 15, burst: 60 } as const;
/** larger tables are cut to this. kernel xt_hashlimit.c HASHLIMIT_MAX_SIZE */
const MAX_SIZE = 1_048_576;

function rateOf(given: GivenValues<typeof OPTIONS>) {
  return given['--hashlimit-upto'] ?? given['--hashlimit-above'];
}

export const hashlimit = matchExtension({
  name: 'hashlimit',
  families: [4, 6],
  claim: 'chance',
  options: OPTIONS,
  check: (given) => {
    const rate = rateOf(given)?.values[0];
    if (rate === undefined) return [{ kind: 'malformed', message: '`-m hashlimit` needs `--hashlimit-upto` or `--hashlimit-above`' }];
    const complaints: RuleComplaint[] = [];
    const burst = given['--hashlimit-burst'];
    // iptables divides by a rate of less than 16 bytes, which it takes for 0
    const least = rate.kind === 'bytes' ? bytesPerSecond(rate.cost) : 1;
    if (burst !== undefined && (least === 0 || burst.values[0] < least || (rate.kind === 'packets' && burst.values[0] > MAX_BURST))) {
      complaints.push({ kind: 'malformed', message: 'this burst does not go with the rate', option: burst.name });
    }
    for (const name of ['--hashlimit-htable-gcinterval', '--hashlimit-htable-expire'] as const) {
      if (given[name]?.values[0] === 0) complaints.push({ kind: 'not-loadable', message: `\`${name}\` cannot be 0`, option: name });
    }
    return complaints;
  },
  // of a rate for an interval another number is printed: it is not read
  listing: {
    opens: {
      pattern: /limit: (above|up to) (\S+)/,
      words: (side = '', rate = '') => [side === 'above' ? '--hashlimit-above' : '--hashlimit-upto', rate],
    },
    pieces: [{ pattern: /mode (\S+)/, words: (modes = '') => ['--hashlimit-mode', modes.replaceAll('-', ',')] }],
    options: {
      '--hashlimit-burst': /burst (\S+)/,
      '--hashlimit-htable-size': /htable-size (\d+)/,
      '--hashlimit-htable-max': /htable-max (\d+)/,
      '--hashlimit-htable-gcinterval': /htable-gcinterval (\d+)/,
      '--hashlimit-htable-expire': /htable-expire (\d+)/,
      '--hashlimit-srcmask': /srcmask (\d+)/,
      '--hashlimit-dstmask': /dstmask (\d+)/,
    },
    adds: ['--hashlimit-name', 'not-shown'],
  },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId, remembers: true } }],
  save: (given, context) => {
    const rate = rateOf(given);
    if (rate === undefined) return [];
    const isAbove = (rate.name === '--hashlimit-above') !== rate.inverted;
    const longest = context.family === 4 ? 32 : 128;
    const modes = given['--hashlimit-mode'];
    const { rateText, burstText, expire, usual, interval } = amounts(given);
    const number = (
      name: keyof typeof OPTIONS & `--hashlimit-${'htable' | 'srcmask' | 'dstmask'}${string}`,
      normal: number,
    ): readonly string[] => {
      const value = given[name]?.values[0];
      return value === undefined || value === normal
        ? []
        : [name, String(name.endsWith('size') || name.endsWith('max') ? Math.min(value, MAX_SIZE) : value)];
    };
    return [
      ...[isAbove ? '--hashlimit-above' : '--hashlimit-upto', rateText],
      ...(burstText === undefined ? [] : ['--hashlimit-burst', burstText]),
      ...(modes === undefined || modes.values[0].size === 0 ? [] : ['--hashlimit-mode', hashModes.print(modes.values[0], context)]),
      ...['--hashlimit-name', given['--hashlimit-name']?.values[0] ?? ''],
      ...number('--hashlimit-htable-size', 0),
      ...number('--hashlimit-htable-max', 0),
      ...number('--hashlimit-htable-gcinterval', GC_INTERVAL),
      ...(expire === usual ? [] : ['--hashlimit-htable-expire', String(expire)]),
      ...number('--hashlimit-srcmask', longest),
      ...number('--hashlimit-dstmask', longest),
      ...(interval === undefined
        ? []
        : ['--hashlimit-rate-match', ...(interval === 1 ? [] : ['--hashlimit-rate-interval', String(interval)])]),
    ];
  },
});

interface Amounts {
  readonly rateText: string;
  readonly burstText: string | undefined;
  /** milliseconds; `usual` is what the printed rate implies */
  readonly expire: number;
  readonly usual: number;
  /** only with `--hashlimit-rate-match` */
  readonly interval: number | undefined;
}

function amounts(given: GivenValues<typeof OPTIONS>): Amounts {
  const rate = rateOf(given)?.values[0];
  const burst = given['--hashlimit-burst']?.values[0];
  const asked = given['--hashlimit-htable-expire']?.values[0];
  const matching = given['--hashlimit-rate-match'] !== undefined;
  const interval = given['--hashlimit-rate-interval']?.values[0];
  if (rate === undefined || rate.kind === 'bytes') {
    const perSecond = bytesPerSecond(rate?.cost ?? 1);
    const usual = 1000 * (burst === undefined ? BYTES_EXPIRE.plain : BYTES_EXPIRE.burst);
    return {
      rateText: rate === undefined ? '' : hashRate.print(rate, { family: 4 }),
      burstText: burst === undefined ? undefined : printBurst(Math.ceil(burst / perSecond) * perSecond),
      expire: asked ?? usual,
      usual,
      interval: matching ? (interval ?? 1) : undefined,
    };
  }
  const { text, seconds } = printPeriod(matching ? Math.floor(rate.period / rate.seconds) : rate.period);
  return {
    rateText: text,
    burstText: String(burst ?? BURST),
    expire: asked ?? rate.seconds * 1000,
    usual: seconds * 1000,
    interval: matching ? (interval ?? rate.seconds) : undefined,
  };
}
