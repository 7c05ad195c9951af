/** Pods before and after a change, through the library: the answer of `diff` for two files, from texts alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diffManifests, InputError } from '../../src/api/kubernetes/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const WEB = readFileSync(new URL('../../fixtures/pods/web.yaml', import.meta.url), 'utf8');
const pod = (name: string, annotations = '') =>
  `kind: Pod\nmetadata: {name: ${name}, annotations: {${annotations}}}\nspec: {containers: [{name: a}]}\n---\n`;
const OPEN = 'traffic.sidecar.istio.io/excludeOutboundPorts: "443"';
const CLOSED = 'traffic.sidecar.istio.io/includeInboundPorts: ""';
const REFUSED = 'traffic.sidecar.istio.io/includeInboundPorts: "x"';

const problems = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error('no error');
};

describe('diffManifests', () => {
  it.each([
    ['equal', WEB, WEB, []],
    ['one pod by another name', pod('a'), pod('b'), []],
    ['one setting', pod('a') + pod('b'), pod('a') + pod('b', OPEN), []],
    ['pods that come and go', pod('a') + pod('gone'), pod('a', CLOSED) + pod('new'), []],
    ['what does not start on the base', pod('a', REFUSED) + pod('b'), pod('a') + pod('b'), []],
    ['other versions', WEB, WEB, ['--base-istio', '1.20', '--head-istio', '1.26']],
    ['another mode', WEB, WEB, ['--base-mode', 'cni', '--head-mode', 'ambient']],
    ['a set of packets', pod('a'), pod('a', OPEN), ['--where', 'out tcp -> 0.0.0.0/0:80']],
  ])('%s: as `diff -o json`', async (_, base, head, argv) => {
    const files = { 'base.yaml': base, 'head.yaml': head };
    const { out } = await chainwalk(['diff', 'base.yaml', 'head.yaml', '-o', 'json', ...argv], { files });
    const given = (name: string) => {
      const at = argv.indexOf(`--${name}`);
      return at === -1 ? undefined : argv[at + 1];
    };
    const side = (name: 'base' | 'head') => ({ mode: given(`${name}-mode`) as 'cni', istio: given(`${name}-istio`) }) as object;
    const where = given('where');
    const report = diffManifests(
      { file: 'base.yaml', text: base },
      { file: 'head.yaml', text: head },
      { base: side('base'), head: side('head'), ...(where !== undefined && { where }) },
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(JSON.parse(out));
  });

  it('says which pod a change is of, and is not equivalent when a pod is on one side only', () => {
    const { equivalent, changes, results } = diffManifests(pod('a') + pod('gone'), pod('a', CLOSED));
    expect(equivalent).toBe(false);
    expect(changes.map(({ base, head }) => `${base.outcome} -> ${head.outcome}`)).toContain('captured-in -> to-app');
    expect(results.map(({ name, equivalent: same, changes: own }) => [name, same, own.length])).toEqual([
      ['Pod default/a', false, changes.length],
      ['Pod default/gone', null, 0],
    ]);
    expect(diffManifests(pod('a') + pod('gone'), pod('a')).equivalent).toBe(false);
  });

  it('mesh configuration counts for both sides, or for one', () => {
    const values = 'global: {proxy: {excludeOutboundPorts: "443"}}\n';
    expect(diffManifests(WEB, WEB, { values }).equivalent).toBe(true);
    expect(diffManifests(WEB, WEB, { head: { values } }).equivalent).toBe(false);
  });

  it('an answer that would rest on nothing is an error', () => {
    expect(problems(() => diffManifests('kind: Service\nmetadata: {name: a}\n', pod('a')))[0]).toContain('there is no pod in');
    expect(problems(() => diffManifests(pod('a'), pod('a', REFUSED)))[0]).toContain('includeInboundPorts');
    expect(problems(() => diffManifests(pod('a'), ': - :')).length).toBeGreaterThan(0);
    expect(problems(() => diffManifests(pod('a'), 7 as never))[0]).toContain('a manifest is a text');
    expect(problems(() => diffManifests(pod('a'), pod('a', OPEN), { where: 'out tcp -> 0.0.0.0/0:80-79' })).length).toBe(1);
  });
});
