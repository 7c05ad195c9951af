/** What iptables-restore itself takes, against what we call readable. Needs root, unshare and iptables; each case has a network namespace of its own. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { kernelHere } from '../kernel/kernelHere.ts';

const RESTORE = 'iptables-nft-restore';

const filter = (...lines: string[]): string => ['*filter', ...lines, 'COMMIT', ''].join('\n');

/** A rule of `248 + extra` words. */
const wordy = (...extra: string[]): string => `-A INPUT${' -m mark --mark 1'.repeat(61)} ${[...extra, '-j ACCEPT'].join(' ')}`;

/** Texts whose fate is decided by their lines, chains and commands, not by extensions. */
const TEXTS: readonly string[] = [
  filter('-A INPUT -j ACCEPT'),
  filter('  -A   INPUT\t-j  ACCEPT  '),
  filter('-AINPUT -j ACCEPT', '--append INPUT -j DROP', '--app=INPUT'),
  filter('-p tcp -A INPUT -j ACCEPT'),
  filter('[5:6] -A INPUT -j ACCEPT', '[5:6]-A INPUT -j ACCEPT'),
  filter('[5] -A INPUT -j ACCEPT'),
  filter('-A INPUT -m comment --comment "a\\"b\\\\c" -j ACCEPT'),
  filter('-A INPUT -m comment --comment ab"cd e" -j ACCEPT'),
  filter('-A INPUT -m comment --comment "" -j ACCEPT'),
  filter('-A INPUT -m comment --comment -A -j ACCEPT'),
  filter('-A INPUT -c 5 6 -j ACCEPT'),
  filter(wordy('-s 10.0.0.1', '-4'), `[5:6] ${wordy('-s 10.0.0.1', '-4')}`),
  filter(wordy('-s 10.0.0.1', '-d 10.0.0.2')),
  filter('-A INPUT -c 5 -j ACCEPT'),
  filter('# comment', '', '-A INPUT -j ACCEPT'),
  filter(':INPUT ACCEPT', ':FOO -', '-A INPUT -j FOO'),
  filter(':INPUT DROP [1:2]', ':FOO - [1:2]'),
  filter(':INPUT - [1:2]'),
  filter(':INPUT'),
  filter(':INPUT REJECT [1:2]'),
  filter(':FOO -', ':FOO -', '-A FOO -j ACCEPT'),
  filter(':FOO ACCEPT [1:2]'),
  filter('-N FOO', '-N FOO'),
  filter('-N INPUT'),
  filter('-N -foo'),
  filter('-N !foo'),
  filter('-N foo!'),
  filter(`-N ${'a'.repeat(28)}`),
  filter(`-N ${'a'.repeat(29)}`),
  filter('-A FOO -j ACCEPT'),
  filter('-A PREROUTING -j ACCEPT'),
  filter('-t filter -A INPUT -j ACCEPT'),
  filter('-w -A INPUT -j ACCEPT'),
  filter('-A INPUT -j ACCEPT -A OUTPUT'),
  filter('-A INPUT -D INPUT 1'),
  filter('-4 -A INPUT -j ACCEPT', '-6 -A INPUT -j DROP'),
  filter('-I INPUT 5 -j ACCEPT'),
  filter('-I INPUT 0 -j ACCEPT'),
  filter('-I INPUT x -j ACCEPT'),
  filter('-A INPUT -j ACCEPT', '-I INPUT 2 -j DROP'),
  filter('-A INPUT -j ACCEPT', '-D INPUT 2'),
  filter('-A INPUT -j ACCEPT', '-D INPUT 1'),
  filter('-A INPUT -j ACCEPT', '-D INPUT -j ACCEPT'),
  filter('-A INPUT -j ACCEPT', '-D INPUT -j DROP'),
  filter('-A INPUT -j ACCEPT', '-C INPUT -j ACCEPT'),
  filter('-C INPUT -j ACCEPT'),
  filter('-N A', '-A INPUT -j A', '-X A'),
  filter('-N A', '-A A -j ACCEPT', '-X A'),
  filter('-N A', '-X A'),
  filter('-X NOPE'),
  filter('-F NOPE'),
  filter('-X', '-F', '-Z'),
  filter('-P INPUT DROP'),
  filter('-P INPUT REJECT'),
  filter('-N A', '-P A DROP'),
  filter('-L INPUT'),
  filter('-S INPUT'),
  filter('-Q INPUT'),
  filter('-p tcp'),
  filter('foo bar'),
  filter('iptables -A INPUT -j ACCEPT'),
  filter('-N A junk'),
  '*  filter\n-A INPUT -j ACCEPT\nCOMMIT\n',
  '*filter\n-A INPUT -j ACCEPT\n',
  '*filter\n-A INPUT -j ACCEPT\n*nat\n-A OUTPUT -j ACCEPT\nCOMMIT\n',
  '*foo\n-A INPUT -j ACCEPT\nCOMMIT\n',
  '-A INPUT -j ACCEPT\nCOMMIT\n',
  filter('-A INPUT -j ACCEPT') + filter('-A INPUT -j DROP'),
];

describe.runIf(kernelHere())(`${RESTORE} and we agree (needs root, unshare and iptables)`, () => {
  it.each(TEXTS)('on %j', (text) => {
    const { diagnostics } = parseRules({ file: 'text', text }, { family: 4 });
    // a table without COMMIT, which loads nothing, is read as people paste it, with a warning
    const ours = diagnostics.some((one) => isError(one) || one.code === 'cut-off' || one.code === 'outside-a-table');
    const theirs = spawnSync('unshare', ['-n', RESTORE], { input: text, encoding: 'utf8', timeout: 10_000 });
    expect({ refused: ours, stderr: theirs.stderr }).toEqual({ refused: theirs.status !== 0, stderr: theirs.stderr });
  });
});

const chain = fc.constantFrom('INPUT', 'A', 'B');
const source = fc.integer({ min: 1, max: 4 }).map((n) => `-s 10.0.0.${n}/32`);
const place = fc.integer({ min: 1, max: 3 });
/** Jumps come first and form no loop: whether targets exist and loops is not for this room. */
const jumps = fc.subarray(['-A INPUT -s 10.0.0.9/32 -j A', '-A A -s 10.0.0.9/32 -j B', '-A INPUT -g B']);

const command = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(chain, source).map(([name, match]) => `-A ${name} ${match} -j ACCEPT`) },
  { weight: 3, arbitrary: fc.tuple(chain, place, source).map(([name, at, match]) => `-I ${name} ${at} ${match} -j ACCEPT`) },
  fc.tuple(chain, place).map(([name, at]) => `-D ${name} ${at}`),
  fc.tuple(chain, source).map(([name, match]) => `-D ${name} ${match} -j ACCEPT`),
  fc.tuple(chain, place, source).map(([name, at, match]) => `-R ${name} ${at} ${match} -j DROP`),
  fc.constantFrom('-F A', '-F', '-X A', '-X B', '-N C', '-E A C', '-E B A', '-P INPUT DROP', '-Z'),
);

/** Chains and rules as a text for iptables-restore says them, in order. */
function outcome(text: string): readonly string[] {
  const chains = parseRules({ file: 'text', text }, { family: 4 }).rulesets.flatMap(({ tables }) =>
    tables.flatMap((table) => table.chains),
  );
  return chains
    .filter(({ name, rules, policy }) => !/^(?:INPUT|FORWARD|OUTPUT)$/.test(name.text) || rules.length > 0 || policy?.text === 'DROP')
    .map(({ name, rules }) => `${name.text}: ${rules.map(({ words }) => words.map((word) => word.text).join(' ')).join('; ')}`)
    .sort();
}

describe.runIf(kernelHere())('commands carried out (needs root, unshare and iptables)', () => {
  test('leave the chains that iptables-legacy leaves, and fail where it fails', { timeout: 60_000 }, () => {
    let loaded = 0;
    fc.assert(
      fc.property(jumps, fc.array(command, { minLength: 1, maxLength: 8 }), (first, commands) => {
        const text = filter('-N A', '-N B', ...first, ...commands);
        const kernel = spawnSync('unshare', ['-n', 'sh', '-c', 'iptables-legacy-restore && iptables-legacy-save -t filter'], {
          input: text,
          encoding: 'utf8',
        });
        const refused = parseRules({ file: 'text', text }, { family: 4 }).diagnostics.some(isError);
        expect(refused, `${text}\n${kernel.stderr}`).toBe(kernel.status !== 0);
        if (refused) return;
        loaded++;
        expect(outcome(text), text).toEqual(outcome(kernel.stdout));
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(loaded).toBeGreaterThan(30);
  });
});
