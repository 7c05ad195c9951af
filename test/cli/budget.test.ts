/** What a budget cuts short is `undecided: budget` and exit 1 in every format of every command. */
import { describe, expect, it } from 'vitest';
import { REVIEW_FORMAT_NAMES, TRACE_FORMAT_NAMES } from '../../src/report/formats/names.ts';
import { chainwalk } from './memoryIo.ts';

const BITS = Array.from({ length: 32 }, (_, bit) => `0x${(2 ** bit).toString(16)}`);
/** Each rule doubles the ways that a packet may have gone. */
const RULES = [
  '*mangle',
  ...BITS.map((bit) => `-A OUTPUT -m statistic --mode random --probability 0.5 -j MARK --set-xmark ${bit}/${bit}`),
  'COMMIT',
  '',
].join('\n');
const PACKET = 'out tcp -> 203.0.113.9:443';
const FILES = {
  'page.html': '<script type="application/json" id="given">null</script>',
  'pod.rules': RULES,
  'other.rules': RULES.replace('0x20/0x20', '0x20/0x60'),
  'pod.expect.yaml': 'rules: pod.rules\npackets:\n  - packets: out tcp\n    outcome: direct\n',
  'chainwalk.config.yaml': 'groups:\n  - files: pod.rules\n    profile: istio-sidecar\n',
};
/** Over when the clock is looked at for the first time. */
const SOON = ['--timeout', '0.001'];
const REVIEWS = ['human', 'json', ...REVIEW_FORMAT_NAMES];

const each = (formats: readonly string[], ...argv: readonly string[]) => formats.map((format) => [...argv, '-o', format]);
const COMMANDS = [
  ...each(TRACE_FORMAT_NAMES, 'trace', 'pod.rules', PACKET),
  ['trace', 'pod.rules', PACKET, '--brief'],
  ...each(['human', 'json'], 'find', 'pod.rules', '--outcome', 'dropped'),
  ...each(REVIEWS, 'verify', 'pod.rules', '--profile', 'istio-sidecar'),
  ...each(REVIEWS, 'diff', 'pod.rules', 'other.rules'),
  ...each(REVIEWS, 'expect', 'pod.expect.yaml'),
  ...each(REVIEWS, 'ci'),
];

describe('a question that is too hard', () => {
  it.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))('%s', async (_, argv) => {
    const { code, out, err } = await chainwalk([...argv, ...SOON], { files: FILES, page: 'page.html' });
    expect([code, err.includes('bug')]).toEqual([1, false]);
    expect(out).toContain('budget');
    // what JSON says under two keys the others say at once
    expect(out).toMatch(/undecided|open/);
    expect(out).not.toMatch(/\(proved\)|no change in behaviour|all \d+ claims hold|"equivalent":true|"empty":true/);
  });

  it.each([
    ['trace', 'pod.rules', PACKET, '--expect', 'direct'],
    ['verify', 'pod.rules', '--profile', 'istio-sidecar', '--only', 'no-redirect-loop'],
    ['find', 'pod.rules', '--outcome', 'loop', '--quiet'],
  ])('%s %s %s %s %s ... exits 1', async (...argv) => {
    expect((await chainwalk([...argv, ...SOON], { files: FILES })).code).toBe(1);
  });

  it('an expectation keeps to the time that is given', async () => {
    const { out } = await chainwalk(['expect', 'pod.expect.yaml', ...SOON, '--json'], { files: FILES });
    expect(out).toContain('budget: the time for the question is over');
  });
});
