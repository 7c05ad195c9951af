/** HMARK - sets the packet's mark from a hash of its addresses and ports.
 *  man    iptables-extensions(8), HMARK
 *  kernel net/netfilter/xt_HMARK.c hmark_tg_v4() */
import { type GivenValues, type RuleComplaint, targetExtension } from '../contract/extension.ts';
import { hex8, hexDigits, U16, U32 } from '../shapes/number.ts';

const OPTIONS = {
  '--hmark-tuple': { value: ['hashTuple'] },
  '--hmark-src-prefix': { value: ['hashPrefix'] },
  '--hmark-dst-prefix': { value: ['hashPrefix'] },
  '--hmark-sport-mask': { value: ['u16'] },
  '--hmark-dport-mask': { value: ['u16'] },
  '--hmark-spi-mask': { value: ['u32'], excludes: ['--hmark-sport-mask', '--hmark-dport-mask'] },
  '--hmark-sport': { value: ['u16'] },
  '--hmark-dport': { value: ['u16'] },
  '--hmark-spi': { value: ['u32'] },
  '--hmark-proto-mask': { value: ['u16'] },
  '--hmark-rnd': { value: ['u32'], required: true },
  '--hmark-mod': { value: ['positive'], required: true },
  '--hmark-offset': { value: ['u32'] },
} as const;

/** What a word of `--hmark-tuple` stands for. */
const WHOLE = {
  src: '--hmark-src-prefix',
  dst: '--hmark-dst-prefix',
  sport: '--hmark-sport-mask',
  dport: '--hmark-dport-mask',
  spi: '--hmark-spi-mask',
  proto: '--hmark-proto-mask',
} as const;
type Part = keyof typeof WHOLE;

function named(given: GivenValues<typeof OPTIONS>): ReadonlySet<Part | 'ct'> {
  return given['--hmark-tuple']?.values[0] ?? new Set();
}

/** Every part of the hash needs to be said once; a tuple replaces what comes before it. */
function complaints(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  const tuple = named(given);
  const tupleStart = given['--hmark-tuple']?.span.start ?? 0;
  const twice = (Object.keys(WHOLE) as Part[]).find((part) => tuple.has(part) && (given[WHOLE[part]]?.span.start ?? 0) > tupleStart);
  if (twice !== undefined) {
    return [
      { kind: 'malformed', message: `\`--hmark-tuple ${twice}\` and \`${WHOLE[twice]}\` exclude each other`, option: '--hmark-tuple' },
    ];
  }
  const spiMask = tuple.has('spi') || given['--hmark-spi-mask'] !== undefined;
  if (spiMask && (tuple.has('sport') || tuple.has('dport'))) {
    return [{ kind: 'malformed', message: '`--hmark-tuple` takes `spi` or ports, not both', option: '--hmark-tuple' }];
  }
  if (tuple.has('spi') && (given['--hmark-sport-mask'] ?? given['--hmark-dport-mask']) !== undefined) {
    return [{ kind: 'malformed', message: '`--hmark-tuple spi` excludes masks of ports', option: '--hmark-tuple' }];
  }
  if (given['--hmark-spi'] !== undefined && (given['--hmark-sport'] ?? given['--hmark-dport']) !== undefined) {
    return [{ kind: 'not-loadable', message: '`--hmark-spi` excludes `--hmark-sport` and `--hmark-dport`', option: '--hmark-spi' }];
  }
  const parts = Object.keys(given).filter((option) => !['--hmark-rnd', '--hmark-mod', '--hmark-offset'].includes(option));
  return parts.length > 0 ? [] : [{ kind: 'malformed', message: '`-j HMARK` needs `--hmark-tuple` or a part of it' }];
}

export const HMARK = targetExtension({
  name: 'HMARK',
  claim: { modelled: 'not', why: 'a hash decides the mark' },
  families: [4, 6],
  options: OPTIONS,
  check: complaints,
  unclear: ['--hmark-rnd'],
  listing: {
    opens: /HMARK/,
    // a whole IPv6 address has no number
    pieces: [
      {
        pattern: /(src|dst)-prefix(?: (\d+))?/,
        words: (side = '', length = '') => [`--hmark-${side}-prefix`, length === '' ? '128' : length],
      },
    ],
    options: {
      '--hmark-tuple': /(ct),/,
      '--hmark-sport-mask': /sport-mask (\S+)/,
      '--hmark-dport-mask': /dport-mask (\S+)/,
      '--hmark-spi-mask': /spi-mask (\S+)/,
      '--hmark-sport': /sport (\S+)/,
      '--hmark-dport': /dport (\S+)/,
      '--hmark-spi': /spi (\S+)/,
      '--hmark-proto-mask': /proto-mask (\S+)/,
      '--hmark-rnd': /rnd (\S+)/,
      '--hmark-mod': /mod (\d+)/,
      '--hmark-offset': /\+ (\S+)/,
    },
  },
  lower: () => ({ kind: 'unmodelled', reason: 'HMARK: a hash decides the mark' }),
  save: (given, { family }) => {
    const tuple = named(given);
    const bits = family === 4 ? 32 : 128;
    const line = (name: keyof typeof OPTIONS, whole: number | undefined, print: (value: number) => string): readonly string[] => {
      const value = whole ?? (given[name]?.values[0] as number | undefined);
      return value === undefined ? [] : [name, print(value)];
    };
    const all = (part: Part, value: number): number | undefined => (tuple.has(part) ? value : undefined);
    const decimal = (value: number): string => String(value);
    const prefix = (value: number): string => String(Math.min(value, bits));
    return [
      ...line('--hmark-src-prefix', all('src', bits), prefix),
      ...line('--hmark-dst-prefix', all('dst', bits), prefix),
      ...line('--hmark-sport-mask', all('sport', U16), hexDigits(4)),
      ...line('--hmark-dport-mask', all('dport', U16), hexDigits(4)),
      ...line('--hmark-spi-mask', all('spi', U32), hexDigits(8)),
      ...line('--hmark-sport', undefined, hexDigits(4)),
      ...line('--hmark-dport', undefined, hexDigits(4)),
      ...line('--hmark-spi', undefined, hexDigits(8)),
      ...line('--hmark-proto-mask', all('proto', U16), hex8),
      ...line('--hmark-rnd', undefined, hexDigits(8)),
      ...line('--hmark-mod', undefined, decimal),
      ...line('--hmark-offset', undefined, decimal),
      ...(tuple.has('ct') ? ['--hmark-tuple', 'ct'] : []),
    ];
  },
});
