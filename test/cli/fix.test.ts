/** `verify --fix`: what is written, what is shown, and what is refused. */
import { expect, it } from 'vitest';
import { unifiedDiff } from '../../src/lib/unifiedDiff.ts';
import { fixtureText } from '../fix/fixesIn.ts';
import { chainwalk } from './memoryIo.ts';

const BROKEN = fixtureText('broken/catch-all-first');
/** Line 22 is the last of its chain. */
const MENDED = BROKEN.replace('-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n', '').replace(
  '-A ISTIO_REDIRECT',
  '-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n-A ISTIO_REDIRECT',
);

const verify = (text: string, ...argv: readonly string[]) => chainwalk(['verify', 'pod.rules', ...argv], { files: { 'pod.rules': text } });

it('writes the file, says what, and answers for what is there then', async () => {
  const { code, out, err, written } = await verify(BROKEN, '--fix');
  expect([code, err.split('\n')[0]]).toEqual([0, 'wrote pod.rules: move line 22 below line 30']);
  expect(err).toContain('next  a running pod still has the old rules');
  expect(out).toMatch(/^OK: 20 claims hold/);
  expect(written).toEqual({ 'pod.rules': MENDED });
});

it('keeps carriage returns, counters and comments', async () => {
  const odd = (text: string) => text.replaceAll(/^-A/gm, '[7:420] -A').replace('*nat', '# ours\n*nat').replaceAll('\n', '\r\n');
  const { code, written } = await verify(odd(BROKEN), '--fix');
  expect(code).toBe(0);
  expect(written['pod.rules'] === odd(MENDED)).toBe(true);
});

it('a dry run shows a diff, writes nothing, and exits for what is there', async () => {
  const { code, out, written } = await verify(BROKEN, '--fix', '--dry-run');
  expect([code, written]).toEqual([1, {}]);
  expect(out).toBe(unifiedDiff('pod.rules', BROKEN, MENDED));
  expect(out).toContain('@@ -28,6 +27,7 @@');
});

it('good rules are left alone', async () => {
  expect(await verify(MENDED, '--fix')).toMatchObject({ code: 0, err: '', written: {} });
});

it.each([
  [['-', '--fix'], '--fix edits files, not standard input'],
  [['pod.rules', '--dry-run'], '--dry-run shows what --fix would write'],
  [['pod.rules', '--fix', '--where', 'out tcp'], '--fix and --where'],
  [['pod.yaml', '--fix'], '--fix edits rules, not manifests'],
])('refuses %j', async (argv, message) => {
  const files = {
    'pod.rules': BROKEN,
    'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: b}]}\n',
  };
  const { code, err, written } = await chainwalk(['verify', ...argv], { files, stdin: BROKEN });
  expect([code, written]).toEqual([2, {}]);
  expect(err).toContain(message);
});

it('a script is no text whose lines are rules', async () => {
  const script = BROKEN.split('\n')
    .filter((line) => line.startsWith('-A') || /^:ISTIO/.test(line))
    .map((line) => `iptables -t nat ${line.replace(/^:(\S+).*/, '-N $1')}\n`)
    .join('');
  const { code, err, written } = await verify(script, '--fix');
  expect([code, written]).toEqual([1, {}]);
  expect(err).toContain('pod.rules is not edited');
});

it('a file that cannot be written is an error', async () => {
  const { code, err } = await chainwalk(['verify', 'pod.rules', '--fix'], { files: { 'pod.rules': BROKEN }, unwritable: ['pod.rules'] });
  expect([code, err]).toEqual([2, expect.stringContaining('cannot write `pod.rules`')]);
});
