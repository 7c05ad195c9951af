/** Rates of data as tc(8) writes them, kept as bytes a second. iptables libxt_rateest.c rateest_get_rate(), rateest_print_rate() */
import { malformed, type Shape } from './shape.ts';

const PREFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  t: 1000 ** 4,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** `5kbit`, `1.5MBps`; a plain number is bits. 32 bits are kept. */
export const bitRate: Shape<number> = {
  decode: ({ text }) => {
    const [, number, prefix = '', unit = 'bit'] = /^(\d+\.?\d*|\.\d+)(?:([kmgt]?i?)(bit|bps))?$/i.exec(text) ?? [];
    const factor = PREFIXES[prefix.toLowerCase()];
    if (number === undefined || factor === undefined)
      return malformed(`\`${text}\` is not a valid rate`, 'a rate is written like `5kbit` or `1mbps`');
    const amount = Number(number) * factor;
    return { value: Math.trunc(unit.toLowerCase() === 'bit' ? amount / 8 : amount) >>> 0 };
  },
  print: (value) => {
    const bits = value * 8;
    if (bits >= 1e9) return `${halfToEven(bits / 1e6)}Mbit`;
    return bits >= 1e6 ? `${halfToEven(bits / 1e3)}Kbit` : `${bits}bit`;
  },
};

/** As printf(3) rounds. */
function halfToEven(value: number): number {
  const down = Math.floor(value);
  const isHalf = value - down === 0.5;
  return isHalf && down % 2 === 0 ? down : Math.round(value);
}
