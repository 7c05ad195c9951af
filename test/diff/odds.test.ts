/** Rules of chance that are written otherwise: equal where every end comes about as often. */
import { describe, expect, it } from 'vitest';
import { diff, parse } from '../../src/api/library/index.ts';

const HOST = { interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }], routes: ['default via 10.0.0.254 dev eth0'] };
const read = (text: string) => parse(text, { file: 'text', family: 4 }).rulesets;

const to = (ending: string): string => `DNAT --to-destination 10.1.0.${ending}:80`;
const statistic = (...odds: readonly number[]) =>
  read(
    [
      '*nat',
      ...odds.map(
        (one, at) =>
          `-A OUTPUT -d 10.96.0.1 -p tcp${one === 1 ? '' : ` -m statistic --mode random --probability ${one}`} -j ${to(String(at + 1))}`,
      ),
      'COMMIT',
      '',
    ].join('\n'),
  );
const numgen = (of: string, ...targets: readonly string[]) =>
  read(
    [
      'table ip t {',
      'chain output {',
      'type nat hook output priority -100;',
      `ip daddr 10.96.0.1 meta l4proto tcp numgen ${of} vmap { ${targets.map((one) => one.replace(':', ' : goto to')).join(', ')} }`,
      '}',
      ...['1', '2', '3'].map((one) => `chain to${one} {\nmeta l4proto tcp dnat to 10.1.0.${one}:80\n}`),
      '}',
    ].join('\n'),
  );

const THIRDS = statistic(0.333_333_333_49, 0.5, 1);
const HALVES = statistic(0.5, 1);

describe('lots of both backends', () => {
  it.each([
    ['three endpoints', THIRDS, numgen('random mod 3', '0:1', '1:2', '2:3')],
    ['in another order', THIRDS, numgen('random mod 3', '0:3', '1:1', '2:2')],
    ['two numbers each', HALVES, numgen('random mod 4', '0-1:1', '2-3:2')],
    ['a quarter and three', statistic(0.25, 1), numgen('random mod 4', '0:1', '1:2', '2:2', '3:2')],
    ['not by one draw', statistic(0.5, 0.5, 1), numgen('random mod 4', '0-1:1', '2:2', '3:3')],
  ])('%s: equal', (_, base, head) => {
    const { changes, undecided } = diff(base, head, { host: HOST });
    expect([changes, undecided]).toEqual([[], []]);
  });

  it.each([
    ['a half and two fifths', HALVES, statistic(0.4, 1)],
    ['the same ends, the other more often', statistic(0.75, 1), numgen('random mod 4', '0:1', '1:2', '2:2', '3:2')],
    ['two of three', THIRDS, numgen('random mod 4', '0-1:1', '2:2', '3:3')],
    ['in turn', HALVES, numgen('inc mod 2', '0:1', '1:2')],
  ])('%s: not equal', (_, base, head) => {
    const { changes, undecided } = diff(base, head, { host: HOST });
    expect(changes).toEqual([]);
    expect(undecided.map(({ reason }) => reason).join()).toMatch(/random rules|stateful/);
  });

  it('where an end is there on one side alone, that is a change', () => {
    const { changes } = diff(THIRDS, numgen('random mod 2', '0:1', '1:2'), { host: HOST });
    expect(changes.length).toBeGreaterThan(0);
  });
});
