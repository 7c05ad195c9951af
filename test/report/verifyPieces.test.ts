/** JSON of `verify` that is written in pieces is that of the whole report. */
import { describe, expect, it } from 'vitest';
import { manifestTexts } from '../../src/api/kubernetes/manifestTexts.ts';
import { verifiedPods } from '../../src/api/library/proofs.ts';
import { podScenesOf } from '../../src/app/load/podTexts.ts';
import { jsonText } from '../../src/lib/printable.ts';
import { verifyScenes } from '../../src/pods/verifyPods.ts';
import { toVerifyReport } from '../../src/report/json/verify.ts';
import { verifyPieces, verifyPodsPieces } from '../../src/report/json/verifyPieces.ts';
import { toVerifyPodsReport } from '../../src/report/json/verifyPods.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOSTILE = '*filter\n-A INPUT -p tcp -m comment --comment "##[group] \u202e \u0007" -j ACCEPT\n-A INPUT -p tcp -j DROP\nCOMMIT\n';
const PLAIN = '*filter\n-A OUTPUT -p udp -j ACCEPT\nCOMMIT\n';
const pod = (name: string, annotations = '') =>
  `kind: Pod\nmetadata: {name: ${name}, annotations: {${annotations}}}\nspec: {containers: [{name: a}]}\n---\n`;
const CLOSED = 'traffic.sidecar.istio.io/includeInboundPorts: ""';

const text = (pieces: Iterable<string>) => [...pieces].join('');

describe('JSON in pieces', () => {
  it.each([
    ['none', []],
    ['one', [HOSTILE]],
    ['several', [HOSTILE, PLAIN, HOSTILE]],
    ['one without a finding beside others', ['*filter\nCOMMIT\n', PLAIN, '*filter\nCOMMIT\n']],
  ])('of files of rules: %s', (_, texts) => {
    const pods = texts.flatMap((one) => verifiedPods(rulesetOf(one, { family: 4 }), { profile: 'none', only: ['no-dead-rule'] }));
    expect(text(verifyPieces(pods))).toBe(jsonText(toVerifyReport(pods)));
  });

  it.each([
    ['none', ''],
    ['one', pod('a')],
    [
      'several, of which one breaks claims and one is in no mesh',
      pod('a') + pod('b', CLOSED) + pod('c', 'sidecar.istio.io/inject: "false"'),
    ],
  ])('of pods: %s', (_, manifests) => {
    const pods = verifyScenes(podScenesOf(manifestTexts(manifests, {})), { options: { limits: () => ({}) } });
    expect(text(verifyPodsPieces(pods))).toBe(jsonText(toVerifyPodsReport(pods)));
  });

  it('is a line, and the same in a file', async () => {
    const files = { 'a.yaml': pod('a') + pod('b', CLOSED) };
    const { out, written } = await chainwalk(['verify', 'a.yaml', '-o', 'json', '-o', 'json=all.json'], { files });
    expect(out.endsWith('}\n')).toBe(true);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(written['all.json']?.trimEnd()).toBe(out.trimEnd());
    expect(JSON.parse(out)).toMatchObject({ schema: 'chainwalk/verify/v1', pods: [{ name: 'a' }, { name: 'b' }] });
  });
});

describe('lines of rules', () => {
  it('a manifest among dumps is told in its line, and the dumps are answered', async () => {
    const files = { 'd/a.rules': PLAIN, 'd/b.yaml': pod('b') };
    const { code, out } = await chainwalk(['verify', 'd', '-o', 'jsonl'], { files });
    expect(code).toBe(2);
    expect(out.split('\n').filter((line) => line.includes('"a.rules"') || line.includes('d/a.rules')).length).toBeGreaterThan(0);
  });
});
