/** `chainwalk enrol` from its arguments to its exit code. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MESH_MODE } from '../../src/cli/argv/options.ts';
import { APPROACHES } from '../../src/injection/facts/approach.ts';
import type { EnrolReport } from '../../src/report/json/enrol.ts';
import { chainwalk } from './memoryIo.ts';

const text = (name: string) => readFileSync(new URL(`../../fixtures/pods/${name}`, import.meta.url), 'utf8');
const FILES = {
  'web.yaml': text('web.yaml'),
  'net1.yaml': text('net1.yaml'),
  'namespaces.yaml': text('namespaces.yaml'),
  'none.yaml': text('web.yaml').replace(
    '      labels:\n        app: web\n    spec',
    '      annotations:\n        sidecar.istio.io/interceptionMode: NONE\n    spec',
  ),
  'broken.yaml': 'kind: Pod\nmetadata: [\n',
  'template.yaml': 'kind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n',
  'service.yaml': 'kind: Service\nmetadata: {name: s}\n',
  'cni.yaml': 'pilot: {cni: {enabled: true}}\n',
  'operator.yaml': 'kind: IstioOperator\nspec: {values: {pilot: {cni: {enabled: true, provider: multus}}}}\n',
  'list.yaml': '- a\n',
};

const run = (...argv: readonly string[]) => chainwalk(['enrol', ...argv], { files: FILES });
const report = async (...argv: readonly string[]) => JSON.parse((await run('--json', ...argv)).out) as EnrolReport;

describe('enrol', () => {
  it('answers first, then shows the steps, within 80 columns', async () => {
    const { code, out, err } = await run('web.yaml', 'namespaces.yaml', '-v');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^CAPTURED by istio-init.*\nDeployment shop\/web, web\.yaml:5\n {2}injection\n/);
    expect(out).toContain('namespaces.yaml:7');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('what is assumed is said', async () => {
    expect((await run('web.yaml', '-v')).out).toContain('assumed namespace `shop` is not in the files');
  });

  it.each([
    [['web.yaml'], 0],
    [['web.yaml', '--expect', 'captured'], 0],
    [['web.yaml', '--expect', 'skipped'], 1],
    [['web.yaml', '--mode', 'ambient', 'namespaces.yaml', '--expect', 'captured'], 1],
    [['none.yaml', '--mode', 'cni'], 2],
    [['none.yaml', '--mode', 'init'], 0],
    [['broken.yaml'], 2],
    [['template.yaml'], 2],
    [['service.yaml'], 2],
    [['nowhere.yaml'], 2],
    [['web.yaml', '--values', 'list.yaml'], 2],
    [['web.yaml', '--values', 'web.yaml'], 2],
    [['web.yaml', '--istio', '1.99'], 2],
    [['web.yaml', '--mode', 'sidecar'], 2],
    [[], 2],
  ])('%j exits with %i', async (argv, code) => {
    expect((await run(...argv)).code).toBe(code);
  });

  it('a pod that Istio refuses is an error at the line of the cause', async () => {
    const { err, out } = await run('none.yaml', '--mode', 'cni');
    expect(out).toMatch(/^DOES NOT START: settings-valid.*\n/);
    expect(err).toContain('none.yaml:17:44: error: annotation sidecar.istio.io/interceptionMode: `NONE` is not REDIRECT or TPROXY');
  });

  it('without a mode the values decide', async () => {
    expect((await report('web.yaml')).mode).toBe('init');
    expect((await report('web.yaml', '--values', 'cni.yaml')).mode).toBe('cni');
    expect((await report('web.yaml', '--values', 'cni.yaml', '--values', 'operator.yaml')).mode).toBe('multus');
    expect((await report('web.yaml', '--values', 'cni.yaml', '--mode', 'ambient')).mode).toBe('ambient');
  });

  it('JSON names the step that decided, its source and its place', async () => {
    const { schema, istio, pods, summary } = await report('net1.yaml', '--mode', 'multus', '--istio', '1.30.1');
    expect([schema, istio, summary]).toEqual(['chainwalk/enrol/v1', '1.30', { captured: 1, skipped: 0, blocked: 0 }]);
    expect(pods).toMatchObject([
      { kind: 'Pod', namespace: 'shop', name: 'archive', line: 19, verdict: 'captured', decidedBy: 'settings-valid' },
    ]);
    expect(pods[0]?.steps.find(({ id }) => id === 'network-named')).toMatchObject({
      stage: 'multus',
      answer: 'on',
      file: 'net1.yaml',
      line: 22,
    });
  });

  it('a file without a pod says what is there', async () => {
    expect((await run('service.yaml')).err).toContain('help: found Service; a pod is');
  });

  it('help lists the modes that there are', () => {
    expect(MESH_MODE.choices).toEqual(APPROACHES);
  });
});
