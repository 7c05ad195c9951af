/** Rules that remember: where they are asked about other packets than before, or in another order, later packets may be treated differently. */
import { describe, expect, it } from 'vitest';
import { diff, parse } from '../../src/api/library/index.ts';

const rules = (...lines: readonly string[]) =>
  parse(['*filter', ':INPUT ACCEPT', ':OUTPUT ACCEPT', ':A -', ...lines, 'COMMIT', ''].join('\n'), { family: 4 }).rulesets;
const SET = '-m recent --set --name x';
const REMOVE = '-m recent --remove --name x';
const UPDATE = '-m recent --update --seconds 60 --name x';

function compared(base: readonly string[], head: readonly string[]): 'equivalent' | 'open' | 'changed' {
  const { changes, undecided } = diff(rules(...base), rules(...head));
  if (changes.length > 0) return 'changed';
  return undecided.length > 0 ? 'open' : 'equivalent';
}

describe('rules without a target that note packets', () => {
  it.each([
    ['as they were', [`-A INPUT -p tcp ${SET}`], [`-A INPUT -p tcp ${SET}`], 'equivalent'],
    ['gone', [`-A INPUT -p tcp ${SET}`], [], 'open'],
    ['new', [], [`-A INPUT -p tcp ${SET}`], 'open'],
    ['new in a chain that leads there', ['-A INPUT -p tcp -j A'], ['-A INPUT -p tcp -j A', `-A A ${SET}`], 'open'],
    ['of other packets', [`-A INPUT -p tcp ${SET}`], [`-A INPUT -p udp ${SET}`], 'open'],
    ['in a chain that nothing leads to', [], [`-A A ${SET}`], 'equivalent'],
    ['in another order', [`-A INPUT ${SET}`, `-A INPUT ${REMOVE}`], [`-A INPUT ${REMOVE}`, `-A INPUT ${SET}`], 'open'],
    [
      'in another order, of other packets each',
      [`-A INPUT -p tcp ${SET}`, `-A INPUT -p udp ${UPDATE}`],
      [`-A INPUT -p udp ${UPDATE}`, `-A INPUT -p tcp ${SET}`],
      'equivalent',
    ],
    ['twice', [`-A INPUT ${SET}`], [`-A INPUT ${SET}`, `-A INPUT ${SET}`], 'open'],
    ['by another way', [`-A INPUT -p tcp ${SET}`], ['-A INPUT -p tcp -j A', `-A A ${SET}`], 'open'],
  ] as const)('%s', (_, base, head, says) => expect(compared(base, head)).toBe(says));
});

const KNOWN = '-m conntrack --ctstate ESTABLISHED';
/** So that what is noted is asked for. */
const CHECK = '-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --rcheck --name x -j DROP';

describe('of packets of connections that are there already', () => {
  it.each([
    ['as they were', [`-A INPUT ${KNOWN} ${SET}`], [`-A INPUT ${KNOWN} ${SET}`], 'equivalent'],
    ['of other ports', [`-A INPUT -p tcp --sport 80 ${KNOWN} ${SET}`], [`-A INPUT -p tcp --sport 81 ${KNOWN} ${SET}`], 'open'],
    ['accepted before', [`-A INPUT ${KNOWN} -j ACCEPT`, `-A INPUT ${SET}`], [`-A INPUT ${SET}`], 'open'],
    [
      'returned before',
      ['-A INPUT -p tcp -j A', `-A A ${KNOWN} -j RETURN`, `-A A ${SET}`],
      ['-A INPUT -p tcp -j A', `-A A ${SET}`],
      'open',
    ],
    ['by a rule that nothing comes to', [`-A A ${KNOWN} ${SET}`], [], 'equivalent'],
  ] as const)('%s', (_, base, head, says) => expect(compared([...base, CHECK], [...head, CHECK])).toBe(says));
});
