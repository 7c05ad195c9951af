/** `kubectl chainwalk` and time: a kubectl that does not answer is given up, and the question to the rules has a clock of its own. */
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeIo } from '../../src/cli/io/io.ts';
import { type FakeKubectl, fakeKubectl, fixture, type Reply } from './fakeKubectl.ts';

const POD = { kind: 'Pod', metadata: { name: 'web-0' }, spec: { containers: [{ name: 'istio-proxy' }] } };
const GET: Reply = { when: '*"get pod web-0"*', out: JSON.stringify({ ...POD, status: { podIPs: [{ ip: '192.168.7.9' }] } }) };
const HANGS = { hangs: true } as const;
const RULES: Reply = { when: '*"-- iptables-save"', out: fixture('istio-sidecar.rules') };
const NO_PROGRAM: Reply = { when: '*" -- "*', err: 'executable file not found in $PATH', code: 126 };

let fake: FakeKubectl | undefined;
const ask = (replies: readonly Reply[], ...argv: readonly string[]) => {
  fake = fakeKubectl(replies);
  return fake.plugin(['web-0', '--kubectl-timeout', '0.3', ...argv]);
};
afterEach(() => fake?.remove());

describe('a kubectl that does not answer', { timeout: 60_000 }, () => {
  it.each<[string, readonly Reply[], string]>([
    ['about the pod', [{ when: '*"get pod"*', ...HANGS }], 'kubectl get pod web-0'],
    ['about its rules', [GET, { when: '*" -- "*', ...HANGS }], 'kubectl exec in container istio-proxy of web-0'],
    [
      // there may be rules that change every answer
      'about the other backend',
      [GET, RULES, { when: '*"-- iptables-legacy-save"', ...HANGS }, NO_PROGRAM],
      'kubectl exec iptables-legacy-save in container istio-proxy of web-0',
    ],
    [
      'about its routes',
      [GET, RULES, { when: '*"-- ip -4 -json rule"', ...HANGS }, NO_PROGRAM],
      'kubectl exec ip -4 -json rule in container istio-proxy of web-0',
    ],
  ])('%s: exit 2, and what was asked', async (_, replies, what) => {
    const { code, out, err } = await ask(replies);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`chainwalk: error: ${what}: no answer in 0.3 s\nhelp: --kubectl-timeout gives`);
  });

  it('while a container is added', async () => {
    const { code, err } = await ask([GET, { when: '*"debug web-0"*', ...HANGS }, NO_PROGRAM], '--debug-image', 'x');
    expect([code, err]).toEqual([2, expect.stringContaining('kubectl debug of web-0: no answer in 0.3 s')]);
  });

  it('is waited for a minute, or ten for a container to start', async () => {
    const asked: [string, number | undefined][] = [];
    const { kubectl } = await import('../../src/cli/kubectl/cluster.ts');
    const io = {
      ...nodeIo({ ...process, cwd: tmpdir() }),
      execute: async (_: string, [first = '']: readonly string[], seconds?: number) => {
        asked.push([first, seconds]);
        return { problem: 'no such file' };
      },
    };
    for (const [verb, seconds] of [['get'], ['exec'], ['debug'], ['get', 5]] as const) {
      await kubectl({ io, connection: [], ...(seconds !== undefined && { seconds }) }, [verb]);
    }
    expect(asked).toEqual([
      ['get', 60],
      ['exec', 60],
      ['debug', 600],
      ['get', 5],
    ]);
  });

  it('is ended with its output, which what it has started may hold open', async () => {
    const { execute } = nodeIo({ ...process, cwd: tmpdir() });
    const before = performance.now();
    expect(await execute('sh', ['-c', 'trap "" TERM; sleep 20; echo late'], 0.3)).toEqual({ problem: 'no answer in 0.3 s', late: true });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await execute('sh', ['-c', 'echo out; echo err >&2; exit 3'], 999_999_999)).toEqual({ code: 3, out: 'out\n', err: 'err\n' });
  });
});

describe('--timeout behind a command of the plugin', () => {
  // pairs of bits: no order of the variables makes that small
  const bit = (at: number) => [24, 16, 8, 0].map((shift) => ((2 ** at) >>> shift) & 255).join('.');
  const hard = Array.from(
    { length: 31 },
    (_, at) => `-A OUTPUT -s ${bit(at)}/${bit(at)} -d ${bit((at * 7) % 31)}/${bit((at * 7) % 31)} -j DROP`,
  );
  const rules = { when: '*"-- iptables-save"', out: ['*filter', ...hard, 'COMMIT', ''].join('\n') };

  it.each(['verify', 'find'])('%s is undecided when its time is over, and that is exit 1', async (command) => {
    const words = command === 'find' ? ['find', '--outcome', 'loop'] : ['verify'];
    const { code, out } = await ask([GET, rules, NO_PROGRAM], ...words, '--timeout', '0.001');
    expect([code, out]).toEqual([1, expect.stringContaining('the time for the question is over')]);
  });

  it('is refused when it is no time', async () => {
    expect(await ask([GET, rules, NO_PROGRAM], 'verify', '--timeout', '0')).toMatchObject({ code: 2, calls: [] });
    expect(await ask([GET, rules, NO_PROGRAM], '--kubectl-timeout', 'x')).toMatchObject({ code: 2, calls: [] });
  });
});
