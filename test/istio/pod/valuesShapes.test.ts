/** The forms in which people keep values of Istio: each is read, or refused with a word about which part to give. Never the defaults in silence. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../../cli/memoryIo.ts';

const POD = 'kind: Pod\nmetadata: {name: web, labels: {sidecar.istio.io/inject: "true"}}\nspec: {containers: [{name: web}]}\n';

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** who captures, and the excluded ranges: `cni 10.0.0.0/8`; absent: no answer */
  readonly says?: string;
}

async function enrolWith(values: string, more: readonly string[] = []): Promise<Answer> {
  const asked = ['enrol', 'pod.yaml', '--values', 'values.yaml', '-o', 'json', ...more];
  const { code, out, err } = await chainwalk(asked, { files: { 'pod.yaml': POD, 'values.yaml': values } });
  const { mode, pods = [] } = JSON.parse(out);
  if (pods.length === 0) return { code, out, err };
  const setting = pods[0].settings.find(({ name }: { name: string }) => name === 'istio-service-exclude-cidr');
  return { code, out, err, says: `${mode} ${setting?.value}` };
}

const RANGES = 'global: {proxy: {excludeIPRanges: 10.0.0.0/8}}';
const BOTH = `${RANGES}\npilot: {cni: {enabled: true}}\n`;
const BOTH_INLINE = `${RANGES}, pilot: {cni: {enabled: true}}`;
const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));

const READ: readonly (readonly [string, string, string])[] = [
  ['values of the chart of istiod', BOTH, 'cni 10.0.0.0/8'],
  ['and those without the prefix of the chart', `${RANGES}\ncni: {enabled: true}\n`, 'cni 10.0.0.0/8'],
  ['what stands under the prefix wins', `${RANGES}\ncni: {enabled: true}\npilot: {cni: {enabled: false}}\n`, 'init 10.0.0.0/8'],
  ['helm get values of a release without any', 'USER-SUPPLIED VALUES:\nnull\n', 'init '],
  ['helm get values', `USER-SUPPLIED VALUES:\n${BOTH}`, 'cni 10.0.0.0/8'],
  [
    'helm get values -a',
    `COMPUTED VALUES:\n_internal_defaults_do_not_set:\n  global: {proxy: {excludeIPRanges: ""}}\n  cni: {enabled: false}\n${BOTH}`,
    'cni 10.0.0.0/8',
  ],
  ['helm show values', `_internal_defaults_do_not_set:\n${indented(BOTH, 2)}`, 'cni 10.0.0.0/8'],
  [
    'a profile goes between the chart and what is given',
    `_internal_defaults_do_not_set:\n  cni: {enabled: false}\nprofile: openshift\n${RANGES}\n`,
    'multus 10.0.0.0/8',
  ],
  ['a platform', `global: {platform: openshift, proxy: {excludeIPRanges: 10.0.0.0/8}}\n`, 'multus 10.0.0.0/8'],
  ['an umbrella chart', `istiod:\n${indented(BOTH, 2)}base: {global: {istioNamespace: x}}\ncni: {cniBinDir: /x}\n`, 'cni 10.0.0.0/8'],
  ['by another alias', `mesh-control:\n${indented(BOTH, 2)}`, 'cni 10.0.0.0/8'],
  ['istio-discovery without prefixes', `istio-discovery:\n  ${RANGES}\n  cni: {enabled: true}\n`, 'cni 10.0.0.0/8'],
  [
    'global of the umbrella goes over that of its subcharts',
    `${RANGES}\nistiod:\n  global: {proxy: {excludeIPRanges: 11.0.0.0/8}}\n`,
    'init 10.0.0.0/8',
  ],
  ['an umbrella in an umbrella', `mesh:\n  istiod:\n${indented(BOTH, 4)}`, 'cni 10.0.0.0/8'],
  ['values under a key of their own', `values:\n${indented(BOTH, 2)}`, 'cni 10.0.0.0/8'],
  [
    'Argo CD: values',
    `kind: Application\nspec:\n  source:\n    chart: istiod\n    helm:\n      values: |\n${indented(BOTH, 8)}`,
    'cni 10.0.0.0/8',
  ],
  [
    'Argo CD: valuesObject in place of values, parameters over both',
    `kind: Application\nspec:\n  source:\n    chart: istiod\n    helm:\n      values: "global: {proxy: {excludeIPRanges: 11.0.0.0/8}}"\n      valuesObject:\n${indented(BOTH, 8)}      parameters:\n        - {name: global.proxy.excludeIPRanges, value: '12.0.0.0/8\\,13.0.0.0/8'}\n        - {name: pilot.cni.enabled, value: 'false'}\n`,
    'init 12.0.0.0/8,13.0.0.0/8',
  ],
  [
    'Argo CD: several sources',
    `kind: Application\nspec:\n  sources:\n    - {chart: base, helm: {values: "defaultRevision: x"}}\n    - chart: istiod\n      helm:\n        valuesObject:\n${indented(BOTH, 10)}`,
    'cni 10.0.0.0/8',
  ],
  [
    'Argo CD: an ApplicationSet',
    `kind: ApplicationSet\nspec:\n  template:\n    spec:\n      source:\n        chart: istiod\n        helm:\n          valuesObject:\n${indented(BOTH, 12)}`,
    'cni 10.0.0.0/8',
  ],
  [
    'Argo CD: an umbrella chart of a repository',
    `kind: Application\nspec:\n  source:\n    path: charts/mesh\n    helm:\n      valuesObject:\n        istiod:\n${indented(BOTH, 10)}`,
    'cni 10.0.0.0/8',
  ],
  ['Flux', `kind: HelmRelease\nspec:\n  chart: {spec: {chart: istiod}}\n  values:\n${indented(BOTH, 4)}`, 'cni 10.0.0.0/8'],
  ['k3s', `kind: HelmChart\nmetadata: {name: istiod}\nspec:\n  valuesContent: |-\n${indented(BOTH, 4)}`, 'cni 10.0.0.0/8'],
  ['Kustomize', `kind: Kustomization\nhelmCharts:\n  - name: istiod\n    valuesInline:\n${indented(BOTH, 6)}`, 'cni 10.0.0.0/8'],
  [
    'helmfile: the last of its values wins',
    `releases:\n  - name: other\n    chart: x/y\n    values: [{image: z}]\n  - name: istiod\n    chart: istio/istiod\n    values:\n      - global: {proxy: {excludeIPRanges: 11.0.0.0/8}}\n      -\n${indented(BOTH, 8)}`,
    'cni 10.0.0.0/8',
  ],
  [
    'helmfile: set',
    `releases:\n  - {chart: istio/istiod, set: [{name: global.proxy.excludeIPRanges, value: 10.0.0.0/8}]}\n`,
    'init 10.0.0.0/8',
  ],
  ['Fleet', `helm:\n  chart: istiod\n  values:\n${indented(BOTH, 4)}`, 'cni 10.0.0.0/8'],
  ['an IstioOperator', `kind: IstioOperator\nspec: {components: {cni: {enabled: true}}, values: {${RANGES}}}\n`, 'cni 10.0.0.0/8'],
  ['of the profile ambient', `kind: IstioOperator\nspec: {profile: ambient, values: {${RANGES}}}\n`, 'cni 10.0.0.0/8'],
  ['Sail', `kind: Istio\nspec: {version: v1.26.2, profile: openshift, values: {${RANGES}}}\n`, 'multus 10.0.0.0/8'],
  ['several documents', `${RANGES}\n---\npilot: {cni: {enabled: true}}\n`, 'cni 10.0.0.0/8'],
  [
    'a chart that was rendered',
    `kind: ServiceAccount\nmetadata: {name: istiod}\n---\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injector}\ndata: {values: "{${RANGES}}"}\n`,
    'init 10.0.0.0/8',
  ],
  [
    'a List of Applications, of which others are not of Istio',
    JSON.stringify({
      kind: 'List',
      items: [
        { kind: 'Application', spec: { source: { chart: 'redis', helm: { valuesObject: { image: 'x' } } } } },
        { kind: 'Application', spec: { source: { chart: 'istiod', helm: { values: `{${RANGES}}` } } } },
      ],
    }),
    'init 10.0.0.0/8',
  ],
  ['several forms', `kind: IstioOperator\nspec: {components: {cni: {enabled: true}}}\n---\nistiod: {${RANGES}}\n`, 'cni 10.0.0.0/8'],
];

describe('values are read in the form of', () => {
  it.each(READ)('%s', async (_, values, says) => {
    const answer = await enrolWith(values);
    expect([answer.says, answer.code, answer.err]).toEqual([says, 0, '']);
  });
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['defaults', 'defaults: {global: {hub: x}}\n', 'the charts of Istio fail for values under `defaults`'],
  ['no known key', 'replicaCount: 2\nimage: {tag: x}\nservice: {}\n', 'none of these keys is one of Istio'],
  ['a key of global at the top', 'proxy: {excludeIPRanges: 10.0.0.0/8}\n', '`proxy` works under `global`'],
  ['fields of ProxyConfig at the top', 'proxyMetadata: {A: b}\n', '`proxyMetadata` works under `meshConfig.defaultConfig`'],
  ['an application of the mesh', 'istio: {enabled: true}\ngateway: {hosts: [a]}\ningress: {enabled: false}\n', 'none of these keys'],
  ['another plugin', 'aws-vpc-cni: {env: {A: b}}\n', 'none of these keys'],
  ['global of another program', 'global: {imageRegistry: x}\n', 'none of these keys'],
  ['a list', '- a\n', 'mesh configuration is a map'],
  ['several objects of other kinds', 'kind: Service\n---\nkind: Secret\n', 'this object does not configure a mesh'],
  ['a List of pods', JSON.stringify({ kind: 'List', items: [{ kind: 'Pod' }, { kind: 'Pod' }] }), 'this object does not configure a mesh'],
  ['an object of another kind', 'kind: Service\n', 'this object does not configure a mesh'],
  ['charts of another program', 'releases: [{chart: x/y, values: [{image: z}]}]\n', 'none of the charts here is one of Istio'],
  ['an unknown profile', 'profile: tiny\n', 'unknown profile `tiny`'],
  ['a profile that is a word of the language', 'profile: constructor\n', 'unknown profile `constructor`'],
  ['an unknown compatibility version', 'compatibilityVersion: "1.3"\n', 'unknown compatibility version `1.3`'],
  [
    'OpenShift Service Mesh 2',
    'kind: ServiceMeshControlPlane\nspec: {version: v2.6, proxy: {networking: {trafficControl: {outbound: {excludedIPRanges: [1.0.0.0/8, 2.0.0.0/8]}}}}}\n',
    'global.proxy.excludeIPRanges: "1.0.0.0/8,2.0.0.0/8"',
  ],
  [
    'values that are filled in later',
    'global: {proxy: {excludeIPRanges: "{{ .Values.ranges }}"}}\n',
    '`global.proxy.excludeIPRanges`: `{{ .Values.ranges }}` was not filled in',
  ],
  [
    'values of Flux before its substitution',
    `pilot: {cni: {enabled: "\${CNI}"}}\n`,
    `\`pilot.cni.enabled\`: \`\${CNI}\` was not filled in`,
  ],
];

describe('an error, and no answer, for', () => {
  it.each(REFUSED)('%s', async (_, values, needle) => {
    const { code, err, says } = await enrolWith(values);
    expect([code, says]).toEqual([2, undefined]);
    expect(err.replace(/\s+/g, ' ')).toContain(needle);
  });
  it.each([
    ['enrol', ['enrol', 'pod.yaml']],
    ['render', ['render', '--pod', 'pod.yaml']],
    ['trace', ['trace', 'pod.yaml', 'out tcp -> 1.1.1.1:1']],
    ['verify', ['verify', 'pod.yaml']],
    ['approaches', ['approaches', 'pod.yaml']],
  ])('%s prints nothing', async (_, argv) => {
    const files = { 'pod.yaml': POD, 'v.yaml': 'defaults: {global: {hub: x}}\n', 'broken.yaml': 'global: {\n' };
    for (const values of ['v.yaml', 'broken.yaml']) {
      const { code, out } = await chainwalk([...argv, '--values', values], { files });
      expect([code, out]).toEqual([2, '']);
    }
  });
  it('nor does ci', async () => {
    const config = 'groups: [{files: pod.yaml, values: v.yaml}]\n';
    const files = { 'chainwalk.config.yaml': config, 'pod.yaml': POD, 'v.yaml': 'proxy: {}\n' };
    const { code, out } = await chainwalk(['ci'], { files });
    expect([code, out]).toEqual([2, '']);
  });
});

describe('what stands elsewhere', () => {
  it.each([
    ['a file of helmfile', 'releases: [{chart: istio/istiod, values: [./v.yaml]}]\n', '`./v.yaml` is named here and not read'],
    [
      'a ConfigMap of Flux',
      'kind: HelmRelease\nspec: {chart: {spec: {chart: istiod}}, valuesFrom: [{kind: ConfigMap, name: x}]}\n',
      'values elsewhere are named',
    ],
    [
      'a file of Argo CD',
      'kind: Application\nspec: {source: {chart: istiod, helm: {valueFiles: [a.yaml]}}}\n',
      'values elsewhere are named',
    ],
  ])('%s is said', async (_, values, needle) => {
    const { err } = await enrolWith(values);
    expect(err.replace(/\s+/g, ' ')).toContain(needle);
  });
  it('beside values that are here, it is a warning; alone, an error', async () => {
    const helmfile = (values: string) => `releases: [{chart: istio/istiod, values: [${values}]}]\n`;
    expect(await enrolWith(helmfile(`./v.yaml, {${RANGES}}`))).toMatchObject({ code: 0, says: 'init 10.0.0.0/8' });
    expect(await enrolWith(helmfile('./v.yaml'))).toMatchObject({ code: 2 });
  });
  it('the CNI chart of an umbrella, of which injection does not know', async () => {
    const { says, err } = await enrolWith(`istiod: {${RANGES}}\nistio-cni: {cni: {enabled: true}}\n`);
    expect(says).toBe('init 10.0.0.0/8');
    expect(err).toContain('warning: the chart of the CNI plugin is installed, and injection is not told');
  });
  it('what the CNI chart is given and does not read', async () => {
    const { says, err } = await enrolWith(`istiod: {${BOTH_INLINE}}\nistio-cni: {global: {proxy: {excludeIPRanges: 11.0.0.0/8}}}\n`);
    expect(says).toBe('cni 10.0.0.0/8');
    expect(err).toContain('warning: the chart of the CNI plugin does not read `excludeIPRanges`');
  });
  it('what older charts read, and newer ones do not', async () => {
    const old = `${RANGES}\nistio_cni: {enabled: true}\n`;
    expect(await enrolWith(old, ['--istio', '1.24'])).toMatchObject({ says: 'cni 10.0.0.0/8', err: '' });
    const now = await enrolWith(old);
    expect(now.says).toBe('init 10.0.0.0/8');
    expect(now.err).toContain('charts of 1.31 have no value `istio_cni`: it is not read');
  });
  it('a prefix that older charts need', async () => {
    const { says, err } = await enrolWith(`${RANGES}\ncni: {enabled: true}\n`, ['--istio', '1.23']);
    expect(says).toBe('init 10.0.0.0/8');
    expect(err).toContain('charts of 1.23 read no value without the prefix of its chart: that is since 1.24');
  });
  it('a value that charts of that version do not have', async () => {
    const { err } = await enrolWith(`${RANGES}\npilot: {cni: {enabled: true}}\n`, ['--istio', '1.21']);
    expect(err).toContain('charts of 1.21 have no value `pilot.cni.enabled`: it is read since 1.22');
    expect(err).toContain('it was `istio_cni.enabled`');
  });
  it('a compatibility version that the charts do not have yet', async () => {
    const { err } = await enrolWith('compatibilityVersion: "1.31"\n');
    expect(err).toContain('warning: the charts of 1.31 have no compatibility version `1.31`');
  });
  it('the version of a chart is that of the rules', async () => {
    const { out } = await enrolWith(`kind: HelmRelease\nspec: {chart: {spec: {chart: istiod, version: 1.24.x}}, values: {${RANGES}}}\n`);
    expect(JSON.parse(out).istio).toBe('1.24');
  });
});

describe('among manifests', () => {
  const saying = async (objects: string, argv: readonly string[] = []) => {
    const files = { 'all.yaml': `${objects}---\n${POD}`, 'v.yaml': 'global: {hub: x}\n' };
    const { code, out, err } = await chainwalk(['enrol', 'all.yaml', '-o', 'json', ...argv], { files });
    const { pods, mode } = JSON.parse(out);
    return { code, err, says: pods[0] && `${mode} ${pods[0].verdict}` };
  };
  it.each([
    [
      'an Application of istiod',
      `kind: Application\nspec: {source: {chart: istiod, helm: {valuesObject: {pilot: {cni: {enabled: true}}}}}}\n`,
      'cni captured',
    ],
    [
      'a HelmRelease of istiod',
      `kind: HelmRelease\nspec: {chart: {spec: {chart: istiod}}, values: {pilot: {cni: {enabled: true}}}}\n`,
      'cni captured',
    ],
    [
      'an Application of something else',
      `kind: Application\nspec: {source: {chart: redis, helm: {valuesObject: {image: {tag: x}}}}}\n`,
      'init captured',
    ],
    ['a Kustomization', 'kind: Kustomization\nresources: [a.yaml]\n', 'init captured'],
  ])('%s', async (_, object, says) => {
    expect(await saying(object)).toMatchObject({ code: 0, err: '', says });
  });
  it('an Application of istiod whose values are in files', async () => {
    const { code, err, says } = await saying('kind: Application\nspec: {source: {chart: istiod, helm: {valueFiles: [x.yaml]}}}\n');
    expect([code, says]).toEqual([0, 'init captured']);
    expect(err).toContain('warning: values elsewhere are named here and not read');
  });
  it('a ServiceMeshControlPlane is not checked, unless values say what it stands for', async () => {
    const plane = 'kind: ServiceMeshControlPlane\nspec: {version: v2.6}\n';
    expect(await saying(plane)).toMatchObject({ code: 2, says: undefined });
    expect(await saying(plane, ['--values', 'v.yaml'])).toMatchObject({ code: 0, says: 'init captured' });
  });
});

describe('diff', () => {
  const files = {
    'plain.yaml': `${RANGES}\n`,
    'umbrella.yaml': `control:\n  meshConfig: {accessLogFile: x}\n  global: {proxy: {excludeIPRanges: 11.0.0.0/8}}\n`,
    'flux.yaml': `kind: HelmRelease\nspec: {chart: {spec: {chart: istiod}}, values: {${RANGES}}}\n`,
    'app.yaml': 'image: {tag: x}\n',
  };
  it.each([
    ['plain.yaml', 'flux.yaml', 0],
    ['plain.yaml', 'umbrella.yaml', 1],
    ['plain.yaml', 'app.yaml', 2],
    ['app.yaml', 'flux.yaml', 2],
  ])('%s and %s: exit code %i', async (base, head, code) => {
    expect((await chainwalk(['diff', base, head], { files })).code).toBe(code);
  });
});

it('values that a HelmRelease takes from a ConfigMap beside it are read, those of the release win', async () => {
  const map = (name: string, data: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: istio-system}\ndata:\n  values.yaml: |\n    ${data}\n---\n`;
  const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: istiod, namespace: istio-system}
spec:
  chart: {spec: {chart: istiod, version: 1.24.1}}
  valuesFrom: [{kind: ConfigMap, name: a}, {kind: ConfigMap, name: b}]
  values: {pilot: {cni: {enabled: true}}}
---
`;
  const ranges = 'global: {proxy: {excludeIPRanges: "10.0.0.0/8"}}';
  const file = `${release}${map('a', 'pilot: {cni: {enabled: false}}')}${map('b', ranges)}${POD}`;
  const { code, out, err } = await chainwalk(['enrol', 'pod.yaml'], { files: { 'pod.yaml': file } });
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('CAPTURED by the CNI plugin');
  expect(out).toContain('--istio-service-exclude-cidr 10.0.0.0/8');
  const without = await chainwalk(['enrol', 'pod.yaml'], { files: { 'pod.yaml': `${release}${map('b', ranges)}${POD}` } });
  expect(without.err).toContain('values elsewhere are named here and not read');
});
