/** Matches whose meaning hangs on the host: its clock, the groups of its interfaces, sets that its rules change. */
import { describe, expect, test } from 'vitest';
import type { ResolveOptions } from '../../src/ruleset/resolve.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';

function matchesOf(rules: readonly string[], options: ResolveOptions = {}) {
  const text = ['*filter', ':USR - [0:0]', ...rules.map((rule) => `-A USR ${rule}`), 'COMMIT', ''].join('\n');
  const [node] = parseRules({ file: 'surroundings', text }, { family: 4 }).rulesets;
  if (node === undefined) throw new Error('no ruleset');
  const { ruleset, diagnostics } = resolve(node, options);
  return {
    matches:
      ruleset?.tables
        .get('filter')
        ?.chains.get('USR')
        ?.rules.map(({ match }) => match) ?? [],
    says: diagnostics.map(({ message }) => message),
  };
}

/** Seconds of a moment in UTC. */
const at = (text: string): number => Date.parse(`${text}Z`) / 1000;

describe('time', () => {
  // 2026-11-21 is a Saturday
  test.each([
    ['--timestart 08:00 --timestop 17:00', '2026-11-21T08:00:00', true],
    ['--timestart 08:00 --timestop 17:00', '2026-11-21T17:00:01', false],
    ['--timestart 22:00 --timestop 06:00', '2026-11-21T05:59:59', true],
    ['--timestart 22:00 --timestop 06:00', '2026-11-21T12:00:00', false],
    ['--weekdays Sat', '2026-11-21T00:00:00', true],
    ['--weekdays Sun', '2026-11-22T23:59:59', true],
    ['! --weekdays Sat,Sun', '2026-11-21T12:00:00', false],
    ['--monthdays 21', '2026-11-21T12:00:00', true],
    ['! --monthdays 21', '2026-11-21T12:00:00', false],
    ['--datestart 2026-11-21T12:00:00', '2026-11-21T11:59:59', false],
    ['--datestop 2026-11-21T12:00:00', '2026-11-21T12:00:00', true],
    ['--timestart 22:00 --timestop 06:00 --weekdays Fri', '2026-11-21T01:00:00', false],
    ['--timestart 22:00 --timestop 06:00 --weekdays Fri --contiguous', '2026-11-21T01:00:00', true],
  ])('`%s` at %s: %s', (options, moment, holds) => {
    const { matches } = matchesOf([`-m time ${options} -j DROP`], { now: at(moment) });
    expect(matches).toEqual([holds ? { kind: 'always' } : { kind: 'or', of: [] }]);
  });
  test('without a clock, and in the time zone of the kernel, it is not modelled', () => {
    expect(matchesOf(['-m time --weekdays Sat -j DROP']).matches[0]?.kind).toBe('unmodelled');
    expect(matchesOf(['-m time --weekdays Sat --kerneltz -j DROP'], { now: 0 }).matches[0]?.kind).toBe('unmodelled');
  });
});

describe('devgroup', () => {
  const interfaceGroups = new Map([
    ['lo', 0],
    ['eth0', 1],
    ['net1', 5],
  ]);
  test('a group is the interfaces in it', () => {
    const { matches } = matchesOf(['-m devgroup --src-group 0x1/0x3 -j DROP'], { interfaceGroups });
    expect(matches[0]).toEqual({
      kind: 'in',
      field: 'iif',
      intervals: [
        { lo: 'eth0', hi: 'eth0' },
        { lo: 'net1', hi: 'net1' },
      ],
    });
  });
  test('without a host it is not modelled', () => {
    expect(matchesOf(['-m devgroup --src-group 1 -j DROP']).matches[0]?.kind).toBe('unmodelled');
  });
});

describe('SET', () => {
  const sets = new Map([['seen', { type: 'hash:ip', members: ['192.0.2.1'] }]]);
  test.each(['--add-set', '--del-set'])('`%s` anywhere in the rules makes what the host says of the set worthless', (option) => {
    const { matches, says } = matchesOf(['-m set --match-set seen src -j DROP', `-j SET ${option} seen src`], { sets });
    expect(matches[0]?.kind).toBe('unmodelled');
    expect(says).toContain('packets change the members of ipset `seen`');
  });
  test('a set that no rule changes is read', () => {
    const { matches, says } = matchesOf(['-m set --match-set seen src -j DROP', '-j SET --add-set other src'], { sets });
    expect(matches[0]).toMatchObject({ kind: 'in', field: 'src' });
    expect(says).toEqual([]);
  });
});
