/** `chainwalk render --pod` from its arguments to its exit code. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const text = (name: string) => readFileSync(new URL(`../../fixtures/pods/${name}`, import.meta.url), 'utf8');
const FILES = {
  'web.yaml': text('web.yaml'),
  'both.yaml': `${text('web.yaml')}---\n${text('vault.yaml')}`,
  'host.yaml': text('web.yaml').replace('    spec:\n', '    spec:\n      hostNetwork: true\n'),
  'wrong.yaml': text('vault.yaml').replace('"8200"', '"http"'),
  'tproxy.yaml': 'meshConfig: {defaultConfig: {interceptionMode: TPROXY}}\n',
};

const run = (...argv: readonly string[]) => chainwalk(['render', ...argv], { files: FILES });

describe('render --pod', () => {
  it('one pod: its rules and nothing else, as for `--mode`', async () => {
    const { code, out } = await run('--pod', 'web.yaml', '--mode', 'cni');
    expect(code).toBe(0);
    expect(out).toBe((await run('--mode', 'cni')).out);
  });

  it('several pods: a line before each', async () => {
    const { out } = await run('--pod', 'both.yaml');
    expect(out.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Deployment shop/web: rules by istio-init',
      '# StatefulSet shop/ledger: rules by istio-init',
    ]);
    expect(out.match(/--dport 8200 -j RETURN/g)).toHaveLength(2);
  });

  it('a pod that is not captured says why', async () => {
    const { code, out } = await run('--pod', 'host.yaml');
    expect([code, out]).toEqual([0, '# Deployment shop/web: no rules: with hostNetwork the rules would be those of the node\n']);
  });

  it('values and routing', async () => {
    const { out } = await run('--pod', 'web.yaml', '--values', 'tproxy.yaml', '--with-routing');
    expect(out).toContain('-j TPROXY');
    expect(out).toContain('# ip rule add fwmark 1337');
  });

  it('JSON has every pod', async () => {
    const { pods } = JSON.parse((await run('--pod', 'both.yaml', '--json')).out) as {
      readonly pods: readonly { readonly name: string; readonly v4: string }[];
    };
    expect(pods.map(({ name, v4 }) => [name, v4.startsWith('* nat')])).toEqual([
      ['web', true],
      ['ledger', true],
    ]);
  });

  it.each([
    [['--pod', 'wrong.yaml']],
    [['--pod', 'nowhere.yaml']],
    [['--pod', 'web.yaml', '--mode', 'ambient-host']],
    [['--pod', 'web.yaml', '--', '-p', '1']],
  ])('%j exits with 2', async (argv) => {
    const { code, out } = await run(...argv);
    expect([code, /^\* nat/m.test(out)]).toEqual([2, false]);
  });
});
