/** How serious a change is: what is worse than before is an error, and never hides in a class of others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff, parse } from '../../src/api/library/index.ts';
import { OUTCOMES, type Outcome } from '../../src/connection/journey.ts';
import { levelOf, severityOf, severityOfAny } from '../../src/diff/severity.ts';

const STOPPED: readonly Outcome[] = ['dropped', 'rejected', 'refused', 'lost', 'stalled', 'loop'];
const level = (base: readonly Outcome[], head: readonly Outcome[]) => levelOf({ severity: severityOf({ base, head }) });
const some = fc.uniqueArray(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 4 });

describe('the level of a change', () => {
  it.each<[Outcome, Outcome, string]>([
    ['direct', 'loop', 'error'],
    ['dropped', 'loop', 'error'],
    ['captured-out', 'dropped', 'error'],
    ['to-app', 'refused', 'error'],
    ['forwarded', 'lost', 'error'],
    ['direct', 'rejected', 'error'],
    ['captured-out', 'direct', 'error'],
    ['captured-in', 'to-app', 'error'],
    ['dns', 'direct', 'error'],
    ['to-app', 'undecided', 'error'],
    ['captured-in', 'to-proxy', 'warning'],
    ['direct', 'captured-out', 'warning'],
    ['dropped', 'to-app', 'warning'],
    ['loop', 'captured-out', 'warning'],
    ['direct', 'direct', 'warning'],
    ['captured-in', 'stalled', 'error'],
    ['stalled', 'captured-in', 'warning'],
    ['dropped', 'rejected', 'info'],
  ])('%s to %s is %s', (base, head, expected) => {
    expect(level([base], [head])).toBe(expected);
  });

  it('is an error whenever an outcome comes in which nothing arrives, if only by chance', () => {
    fc.assert(
      fc.property(some, some, fc.constantFrom(...STOPPED), (base, head, end) => {
        fc.pre(!base.includes(end) && base.some((one) => !STOPPED.includes(one)));
        expect(level(base, [...new Set([...head, end])])).toBe('error');
      }),
    );
  });

  it('is never lower when anything may become anything', () => {
    const rank = (one: string) => ['info', 'warning', 'error'].indexOf(one);
    fc.assert(
      fc.property(some, some, (base, head) => {
        expect(rank(levelOf({ severity: severityOfAny({ base, head }) }))).toBeGreaterThanOrEqual(rank(level(base, head)));
      }),
      // the same two outcomes in which nothing arrives, on both sides, are drawn seldom
      {
        examples: [
          [
            ['dropped', 'rejected'],
            ['dropped', 'rejected'],
          ],
        ],
      },
    );
  });

  it('parts a class of which some packets may be dropped and others go elsewhere, by the same rule', () => {
    const rules = (nat: string, filter: string) =>
      parse(`*nat\n:OUTPUT ACCEPT\n${nat}COMMIT\n*filter\n:OUTPUT ACCEPT\n${filter}COMMIT\n`, { family: 4 }).rulesets;
    const half =
      '-A OUTPUT -p tcp -m multiport --dports 80,443 -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.9.9.9\n';
    const { changes } = diff(rules('', ''), rules(half, '-A OUTPUT -d 10.9.9.9/32 -p tcp --dport 443 -j DROP\n'));
    const ordinary = changes.filter(({ usual, packets }) => usual === 'ordinary' && packets.includes('-> !{local,10.9.9.9}'));
    expect(ordinary.map(({ packets, level: own }) => [/:(\d+)/.exec(packets)?.[1], own])).toEqual([
      ['443', 'error'],
      ['80', 'warning'],
    ]);
  });

  it('is a hint where conntrack keeps lone fragments', () => {
    const rules = (text: string) => parse(`*filter\n:INPUT ACCEPT\n${text}COMMIT\n`, { family: 4 }).rulesets;
    const { changes } = diff(rules(''), rules('-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n'));
    expect(changes.map((one) => one.level)).toEqual(changes.map(() => 'info'));
  });
});
