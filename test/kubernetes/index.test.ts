/** Pods through the library: the same answers as on the command line, from texts alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError, readManifests, verifyManifests } from '../../src/api/kubernetes/index.ts';
import { find, print, render, trace } from '../../src/api/library/index.ts';

const WEB = readFileSync(new URL('../../fixtures/pods/web.yaml', import.meta.url), 'utf8');
const pod = (annotations: string, containers = '[{name: a}]') =>
  `kind: Pod\nmetadata: {name: a, annotations: {${annotations}}}\nspec: {containers: ${containers}}\n`;

describe('readManifests', () => {
  it('tells who captures a pod, and with which rules', () => {
    const { mode, istio, pods, diagnostics } = readManifests(WEB);
    expect([mode, istio, diagnostics]).toEqual(['init', '1.31', []]);
    expect(pods).toMatchObject([{ kind: 'Deployment', verdict: 'captured', by: 'istio-init', profile: 'istio-sidecar' }]);
    const [web] = pods;
    expect(web?.rulesets.map(({ family }) => family)).toEqual([4]);
    expect(web?.rendered?.v4).toContain('-A ISTIO_OUTPUT -j ISTIO_REDIRECT');
  });
  it('the rules and the host are those that trace and find take', () => {
    const [web] = readManifests({ file: 'deploy.yaml', text: WEB }, { mode: 'cni', istio: '1.25' }).pods;
    const { rulesets = [], host, profile } = web ?? {};
    const [rules] = rulesets;
    if (rules === undefined || profile === undefined) throw new Error('no rules');
    expect(trace(rules, 'out tcp -> 203.0.113.9:443', { host, profile }).outcome).toBe('captured-out');
    expect(trace(rules, 'out tcp -> 203.0.113.9:15020', { host, profile }).outcome).toBe('direct');
    expect(find(rules, { host, profile, where: 'out tcp -> 203.0.113.0/24:80', outcome: 'direct' }).empty).toBe(false);
    expect(print(rules)).toContain('ISTIO_OUTPUT');
    expect(rules.source.file).toBe('deploy.yaml#web');
  });
  it('mesh configuration comes from texts as well, and says the mode and the version', () => {
    const values = [
      'pilot: {cni: {enabled: true}}',
      'kind: Istio\nmetadata: {name: default}\nspec: {version: v1.24.2, values: {global: {}}}\n',
    ];
    const { mode, istio, pods } = readManifests(WEB, { values });
    expect([mode, istio]).toEqual(['cni', '1.24']);
    expect(pods[0]?.rendered?.v4).toContain('-A OUTPUT -p tcp -j ISTIO_OUTPUT');
  });
  it('a pod that is not captured has no rules, and one that Istio refuses says why', () => {
    const { pods, diagnostics } = readManifests([
      pod('sidecar.istio.io/inject: "false"'),
      { file: 'b.yaml', text: pod('traffic.sidecar.istio.io/includeInboundPorts: "x"') },
    ]);
    expect(pods.map(({ verdict, decidedBy }) => [verdict, decidedBy])).toEqual([
      ['skipped', 'own-choice'],
      ['blocked', 'annotations-valid'],
    ]);
    expect(pods[0]?.rendered).toEqual({ v4: '', v6: '', routing: [] });
    expect(diagnostics.map(({ source, message }) => [source.file, message.slice(0, 10)])).toEqual([['b.yaml', 'annotation']]);
  });
  it('what is no manifest is told, not thrown', () => {
    for (const text of ['', '{', 'hello', 'kind: [', '\0', '- - -', 'kind: Pod\nmetadata: {{ x }}\n'])
      expect(readManifests(text).pods).toEqual([]);
    expect(readManifests('{').diagnostics).toHaveLength(1);
  });
  it('options that cannot be used are thrown', () => {
    expect(() => readManifests(WEB, { istio: '1.2' })).toThrow(InputError);
    expect(() => readManifests(WEB, { mode: 'sidecar' as 'init' })).toThrow('unknown mode `sidecar`: known are init, cni, multus, ambient');
  });
  it('the rules of a pod without settings of its own are those of render', () => {
    const settings = { 'istio-inbound-ports': '*', 'istio-local-exclude-ports': '15090,15021,15020', 'istio-service-cidr': '*' };
    expect(readManifests(WEB).pods[0]?.rendered?.v4).toBe(render(settings).v4);
  });
});

describe('verifyManifests', () => {
  it('proves the claims for every pod', () => {
    const report = verifyManifests([WEB, pod('')], { only: ['no-redirect-loop', 'identity-collision'] });
    expect(report.results?.map(({ findings }) => findings.map(({ claim, verdict }) => [claim, verdict]))).toEqual(
      Array(2).fill([['no-redirect-loop', 'holds']]),
    );
    expect(report.pods.map(({ name, findings }) => [name, findings])).toEqual([
      ['web', []],
      ['a', []],
    ]);
  });
  it('says which pods were not checked', () => {
    const { pods } = verifyManifests([WEB, pod('sidecar.istio.io/inject: "false"')], { only: ['no-redirect-loop'] });
    expect(pods.map(({ name, checked }) => [name, checked])).toEqual([
      ['web', true],
      ['a', false],
    ]);
  });
  it('what breaks stands with its place', () => {
    const text = pod('', '[{name: a, securityContext: {runAsUser: 1337}}]');
    const { pods } = verifyManifests({ file: 'a.yaml', text }, { only: ['identity-collision'] });
    expect(pods[0]?.findings).toMatchObject([{ claim: 'identity-collision', level: 'error', file: 'a.yaml', line: 3 }]);
  });
  it('packets of a set alone', () => {
    const { findings } = verifyManifests(WEB, { only: ['outbound-captured'], where: 'out udp' });
    expect(findings.every(({ verdict }) => verdict !== 'violated')).toBe(true);
  });
  it('the time of init containers is another one', () => {
    const init = `${pod('')}`.replace('spec: {', 'spec: {initContainers: [{name: i}], ');
    const notes = verifyManifests(init, { mode: 'cni', only: ['no-redirect-loop'], phase: 'init' }).notes;
    expect(notes).not.toEqual(verifyManifests(init, { mode: 'cni', only: ['no-redirect-loop'] }).notes);
  });
  it('a manifest that is wrong is thrown with its places', () => {
    expect(() => verifyManifests({ file: 'a.yaml', text: pod('sidecar.istio.io/inject: true') })).toThrow(/^a\.yaml:2:/);
    expect(() => verifyManifests('')).toThrow('there is no pod in these manifests');
    expect(() => verifyManifests('apiVersion: v1\nkind: Service\nmetadata: { name: a }\n')).toThrow('there is no pod');
    expect(() => verifyManifests(WEB, { where: 'out nonsense' })).toThrow(InputError);
  });
});
