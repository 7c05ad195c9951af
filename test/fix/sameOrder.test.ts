/** Rules whose order does not matter, as the simulator sees it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trace } from '../../src/api/library/index.ts';
import { canSwap, differingPlaces } from '../../src/fix/sameOrder.ts';
import { rulesetOf } from '../support/rulesets.ts';

const text = (...rules: readonly string[]) =>
  [
    '*filter',
    ':OUTPUT DROP [0:0]',
    ':OTHER - [0:0]',
    ...rules.map((rule) => `-A OUTPUT ${rule}`),
    '-A OTHER -p udp -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
const rulesOf = (...rules: readonly string[]) =>
  rulesetOf(text(...rules), { family: 4 })
    .tables.get('filter')
    ?.chains.get('OUTPUT')?.rules ?? [];
const swaps = (a: string, b: string): boolean => {
  const [one, other] = rulesOf(a, b);
  if (one === undefined || other === undefined) throw new Error('no rules');
  return canSwap(one, other);
};

describe('two rules can be swapped', () => {
  it.each([
    ['-p tcp --dport 80 -j ACCEPT', '-p tcp --dport 81 -j DROP', true],
    ['-p tcp --dport 80 -j ACCEPT', '-p tcp -j DROP', false],
    ['-p tcp --dport 80 -j ACCEPT', '-p tcp -j ACCEPT', true],
    ['-m owner --uid-owner 1 -j DROP', '-m owner ! --uid-owner 1 -j ACCEPT', true],
    ['-m owner ! --uid-owner 1 -j DROP', '-m owner ! --uid-owner 2 -j ACCEPT', false],
    ['-d 10.0.0.0/8 -j OTHER', '-d 10.0.0.0/8 -j OTHER', false],
    ['-j MARK --set-mark 1', '-m mark --mark 1 -j ACCEPT', false],
    ['-j MARK --set-mark 1', '-j MARK --set-mark 2', false],
    ['-p tcp -m recent --set -j ACCEPT', '-p udp -m recent --rcheck -j DROP', false],
    ['-p tcp -m statistic --mode random --probability 0.5 -j ACCEPT', '-p udp -j ACCEPT', false],
  ])('%s | %s: %s', (a, b, isSo) => {
    expect([swaps(a, b), swaps(b, a)]).toEqual([isSo, isSo]);
  });

  it('places past rules that can be swapped with it are one place', () => {
    const [rule, ...others] = rulesOf('-p tcp --dport 80 -j ACCEPT', '-p udp -j DROP', '-p tcp --dport 1:90 -j DROP', '-p icmp -j DROP');
    const placeOf = rule === undefined ? () => -1 : differingPlaces(rule, others);
    expect([0, 1, 2, 3].map(placeOf)).toEqual([0, 0, 1, 1]);
  });

  it('then no packet tells the order', () => {
    // of each kind at most one: an option is given once
    const kinds = [
      ['', '-p tcp', '-p udp', '! -p tcp', '-p tcp --dport 80', '-p tcp --dport 80:90', '-p tcp ! --dport 85', '-p udp --dport 53'],
      ['', '', '-d 10.0.0.0/8', '! -d 10.0.0.9/32', '-d 10.0.0.9/32', '-o lo', '-o eth0'],
      ['', '', '-m owner --uid-owner 1', '-m owner ! --uid-owner 1', '-m owner --uid-owner 0-9', '-m owner --gid-owner 1'],
      ['', '', '-m mark --mark 1', '-m mark ! --mark 1', '-m mark --mark 0'],
    ];
    const matches = fc.tuple(...kinds.map((kind) => fc.constantFrom(...kind))).map((of) => of.filter((one) => one !== ''));
    const target = fc.constantFrom('ACCEPT', 'DROP', 'RETURN', 'OTHER', 'MARK --set-mark 1', 'MARK --set-mark 2', 'REJECT');
    const rule = fc.tuple(matches, target).map(([of, to]) => `${of.join(' ')} -j ${to}`.trim());
    const packet = fc
      .record({
        proto: fc.constantFrom('tcp', 'udp'),
        to: fc.constantFrom('10.0.0.9', '10.0.0.8', '192.0.2.1', '127.0.0.1'),
        port: fc.constantFrom(53, 80, 85, 90, 91),
        id: fc.constantFrom(0, 1, 9, 10),
        mark: fc.constantFrom(0, 1, 2),
      })
      .map(({ proto, to, port, id, mark }) => `out ${proto} -> ${to}:${port} uid=${id} gid=${id} mark=${mark}`);
    let swapped = 0;
    fc.assert(
      fc.property(rule, rule, fc.array(packet, { minLength: 2, maxLength: 4 }), (a, b, packets) => {
        const [one, other] = rulesOf(a, b);
        if (one === undefined || other === undefined || !canSwap(one, other)) return;
        swapped++;
        for (const one of packets) {
          const ends = [text(a, b), text(b, a)].map((rules) => trace(rules, one));
          expect(ends[0]?.outcome).toEqual(ends[1]?.outcome);
        }
      }),
      { numRuns: 250, seed: 1 },
    );
    expect(swapped).toBeGreaterThan(40);
  });
});
