/** Mesh configuration among the manifests, as a cluster has it: ConfigMaps, operators' objects, ProxyConfig, revisions. */
import { describe, expect, it } from 'vitest';
import { readManifests as podsOf } from '../../../src/api/kubernetes/index.ts';
import { nestedReader, readYaml } from '../../../src/cli/input/yaml.ts';
import { readMeshConfiguration } from '../../../src/injection/configuration/mesh.ts';
import { settingsOf } from '../../../src/injection/podRules/podRules.ts';
import { manifestsIn } from '../../../src/kubernetes/manifest/manifests.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import { enrolAll, saying } from './read.ts';

const WEB = 'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n';

interface Case {
  readonly objects: string;
  readonly values?: string;
  readonly approach?: 'init' | 'cni';
  readonly labels?: string;
  readonly namespace?: string;
  readonly annotations?: string;
}

async function enrolOne({
  objects,
  values = '',
  approach = 'init',
  labels = '',
  namespace = 'istio-injection: enabled',
  annotations = '',
}: Case) {
  const pods = `${objects}
---
kind: Namespace
metadata: {name: s, labels: {${namespace}}}
---
kind: Pod
metadata: {name: a, namespace: s, labels: {${labels}}, annotations: {${annotations}}}
spec: {containers: [{name: a}]}
`;
  const [one] = await enrolAll({ pods, approach, values });
  if (one === undefined) throw new Error('no pod');
  return one;
}

/** `name=value file:line:column` of one setting. */
async function setting(name: string, one: Case): Promise<string | undefined> {
  const { facts } = await enrolOne(one);
  const found = settingsOf(facts).settings.find((each) => each.name === name);
  if (found === undefined) return undefined;
  const { line, column } = positionOf(found.place);
  return found.byDefault ? `${found.value} by default` : `${found.value} ${found.place.source.file}:${line}:${column}`;
}

const MESH = `kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  meshNetworks: "networks: {}"
  mesh: |-
    accessLogFile: /dev/stdout

    defaultConfig:
      interceptionMode: TPROXY
    proxyListenPort: 15101
`;

const INJECTOR = `kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data:
  config: |-
    policy: enabled
    neverInjectSelector:
      - matchLabels: {job: x}
    templates:
      sidecar: |
        {{- $x := 1 }}
        {{ not yaml: [
  values: |-
    {
      "global": {
        "proxy": {"excludeIPRanges": "1.1.0.0/16"}
      }
    }
`;

const MODE = 'istio-inbound-interception-mode';

describe('a ConfigMap', () => {
  it('istio has the MeshConfig: values stand where they stand in the file', async () => {
    expect(await setting(MODE, { objects: MESH })).toBe('TPROXY deploy.yaml:9:25');
    expect(await setting('envoy-port', { objects: MESH })).toBe('15101 deploy.yaml:10:22');
  });
  it('istio-sidecar-injector has values in JSON, and what it injects by', async () => {
    expect(await setting('istio-service-exclude-cidr', { objects: INJECTOR })).toBe('1.1.0.0/16 deploy.yaml:15:38');
    expect((await enrolOne({ objects: INJECTOR, labels: 'job: x' })).taken.at(-1)?.step.id).toBe('never-inject');
  });
  it('of an older chart has what that one read', () => {
    const object = `kind: ConfigMap\nmetadata: {name: istio-sidecar-injector}\ndata:\n  values: '{"istio_cni": {"enabled": true}}'\n`;
    expect(podsOf(`${object}---\n${WEB}`)).toMatchObject({ mode: 'cni', diagnostics: [] });
  });
  it('what istiod injects by goes over the values it was made from', async () => {
    const objects = `kind: ConfigMap\nmetadata: {name: istio-sidecar-injector}\ndata:\n  config: "policy: disabled"\n  values: '{"global": {"proxy": {"autoInject": "enabled"}}}'\n`;
    expect((await enrolOne({ objects })).taken.at(-1)?.step.id).toBe('policy');
  });
  it.each([
    ['a string in quotes, as in JSON', 'mesh: "# a\\tb\\n\\ndefaultConfig:\\n  interceptionMode: TPROXY\\n"', 'TPROXY deploy.yaml:4:56'],
    ['in single quotes', 'mesh: \'{"x": "it\'\'s", "defaultConfig": {"interceptionMode": "TPROXY"}}\'', 'TPROXY deploy.yaml:4:63'],
    ['a plain scalar', 'mesh: "{defaultConfig: {interceptionMode: TPROXY}}"', 'TPROXY deploy.yaml:4:45'],
    ['folded: where the string starts', 'mesh: >\n    {defaultConfig:\n    {interceptionMode: TPROXY}}', 'TPROXY deploy.yaml:4:9'],
  ])('%s', async (_, data, expected) => {
    expect(await setting(MODE, { objects: `kind: ConfigMap\nmetadata: {name: istio}\ndata:\n  ${data}\n` })).toBe(expected);
  });
  it.each(['istio-ca-root-cert', 'istio-leader', 'other'])('%s is another one', async (name) => {
    const objects = `kind: ConfigMap\nmetadata: {name: ${name}}\ndata: {root-cert.pem: "defaultConfig: {interceptionMode: TPROXY}"}\n`;
    expect(await setting(MODE, { objects })).toBe('REDIRECT by default');
  });
  it('istio-shared-configmap-REV, as the add-on of AKS has it, is of that revision', async () => {
    const objects = MESH.replace('name: istio,', 'name: istio-shared-configmap-asm-1-24,');
    expect(await setting(MODE, { objects, namespace: 'istio.io/rev: asm-1-24' })).toBe('TPROXY deploy.yaml:9:25');
  });
  it('istio-cni-config says what the agent does', async () => {
    const objects =
      'kind: ConfigMap\nmetadata: {name: istio-cni-config}\ndata: {EXCLUDE_NAMESPACES: "kube-system,s", AMBIENT_ENABLED: "false"}\n';
    expect((await enrolOne({ objects, approach: 'cni' })).taken.at(-1)?.step.id).toBe('excluded-namespace');
  });
});

describe('an object of an operator', () => {
  const spec = 'spec: {values: {global: {proxy: {excludeIPRanges: 1.1.0.0/16}}, meshConfig: {proxyListenPort: 15101}}}';
  it.each(['IstioOperator', 'Istio', 'IstioRevision', 'IstioCNI'])('%s has values', async (kind) => {
    const objects = `kind: ${kind}\nmetadata: {name: default}\n${spec}\n`;
    expect(await setting('istio-service-exclude-cidr', { objects })).toBe('1.1.0.0/16 deploy.yaml:3:51');
    expect(await setting('envoy-port', { objects })).toMatch(/^15101 /);
  });
  it('IstioOperator: spec.meshConfig goes over that of its values', async () => {
    const objects = `kind: IstioOperator\n${spec.replace('spec: {', 'spec: {meshConfig: {proxyListenPort: 15102}, ')}\n`;
    expect(await setting('envoy-port', { objects })).toMatch(/^15102 /);
  });
  it('--values goes over what is among the manifests', async () => {
    const objects = `kind: Istio\nmetadata: {name: default}\n${spec}\n`;
    const values = 'global: {proxy: {excludeIPRanges: 2.2.0.0/16}}';
    expect(await setting('istio-service-exclude-cidr', { objects, values })).toBe('2.2.0.0/16 values.yaml:1:35');
  });
  it('of the same name and another maker is passed over', async () => {
    const objects = 'kind: Istio\nmetadata: {name: default}\nspec: {config: {numTrustedProxies: 1}}\n';
    expect((await enrolOne({ objects })).verdict).toBe('captured');
  });
});

describe('a platform', () => {
  it.each([
    ['in Helm values', 'global: {platform: openshift}'],
    ['as a profile', 'profile: openshift'],
    ['of an IstioOperator', 'kind: IstioOperator\nspec: {profile: openshift}'],
    ['of the Sail operator', 'kind: Istio\nmetadata: {name: default}\nspec: {profile: openshift}'],
  ])('openshift has Multus call the plugin: %s', (_, values) => {
    expect(podsOf(WEB, { values }).mode).toBe('multus');
  });
  it('what files say goes over it', () => {
    expect(podsOf(WEB, { values: 'global: {platform: openshift}\npilot: {cni: {provider: default}}' }).mode).toBe('cni');
    expect(podsOf(WEB, { values: 'global: {platform: gke}' }).mode).toBe('init');
  });
});

describe('--values takes objects as well', () => {
  it('a List of ConfigMaps, of which most are others', async () => {
    const values = JSON.stringify({
      kind: 'List',
      items: [
        { kind: 'ConfigMap', metadata: { name: 'istio-ca-root-cert' }, data: { 'root-cert.pem': 'x' } },
        { kind: 'ConfigMap', metadata: { name: 'istio' }, data: { mesh: 'defaultConfig: {interceptionMode: TPROXY}' } },
      ],
    });
    expect(await setting(MODE, { objects: '', values })).toMatch(/^TPROXY values\.yaml:1:\d+$/);
  });
  it('an object that configures nothing is an error at its kind', async () => {
    const given = (await readYaml({ file: 'values.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' })).documents;
    const { diagnostics } = readMeshConfiguration({ given, objects: [], readNested: await nestedReader() });
    expect(saying(diagnostics)).toEqual([
      'values.yaml:2:7: this object does not configure a mesh: it has neither `spec.values` nor `spec.meshConfig`, and is not the ConfigMap of Istio',
    ]);
  });
});

describe('broken text inside a ConfigMap is reported at its place in the file', () => {
  const wrong = async (text: string) => {
    const manifests = manifestsIn((await readYaml({ file: 'deploy.yaml', text })).documents);
    const readNested = await nestedReader();
    return saying(readMeshConfiguration({ given: [], objects: manifests.configuration, readNested }).diagnostics);
  };
  it('in a literal block', async () => {
    const [said] = await wrong('kind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |\n    a: 1\n    a: 2\n');
    expect(said).toBe('deploy.yaml:6:5: map keys must be unique');
  });
  it('in quotes', async () => {
    const [said] = await wrong('kind: ConfigMap\nmetadata: {name: istio}\ndata: {mesh: "a: 1\\na: 2"}\n');
    expect(said).toBe('deploy.yaml:3:21: map keys must be unique');
  });
  it('in JSON', async () => {
    const [said] = await wrong(
      'kind: ConfigMap\nmetadata: {name: istio-sidecar-injector}\ndata:\n  values: |-\n    {\n      "a": ]\n    }\n',
    );
    expect(said).toMatch(/^deploy\.yaml:6:1\d: /);
  });
});

const OF_MESH =
  'kind: ProxyConfig\nmetadata: {name: m, namespace: istio-system}\nspec: {environmentVariables: {INVALID_DROP: mesh, PROXY_GID: mesh}}\n';
const OF_NAMESPACE = 'kind: ProxyConfig\nmetadata: {name: n, namespace: s}\nspec: {environmentVariables: {INVALID_DROP: namespace}}\n';
const OF_POD =
  'kind: ProxyConfig\nmetadata: {name: p, namespace: s}\nspec: {selector: {matchLabels: {app: web}}, environmentVariables: {INVALID_DROP: pod}}\n';
const values = 'meshConfig: {defaultConfig: {proxyMetadata: {INVALID_DROP: config, PROXY_UID: config}}}';
const annotations = `proxy.istio.io/config: "proxyMetadata: {INVALID_DROP: annotation}"`;

describe('ProxyConfig resources', () => {
  const value = async (name: string, one: Case) => (await setting(name, one))?.split(' ')[0];
  it.each([
    ['nothing but the mesh configuration', [], {}, 'config'],
    ['the root namespace goes over it', [OF_MESH], {}, 'mesh'],
    ['the namespace goes over the root namespace', [OF_NAMESPACE, OF_MESH], {}, 'namespace'],
    ['the annotation goes over the namespace', [OF_MESH, OF_NAMESPACE], { annotations }, 'annotation'],
    ['labels go over the annotation', [OF_MESH, OF_NAMESPACE, OF_POD], { annotations, labels: 'app: web' }, 'pod'],
    ['other labels count for nothing', [OF_POD], { labels: 'app: db' }, 'config'],
    ['another namespace counts for nothing', [OF_NAMESPACE.replace('namespace: s', 'namespace: t')], {}, 'config'],
    [
      'the root namespace is a setting',
      [OF_NAMESPACE.replace('namespace: s', 'namespace: root'), 'kind: IstioOperator\nspec: {meshConfig: {rootNamespace: root}}\n'],
      {},
      'namespace',
    ],
    ['a selector without labels chooses nothing', [OF_NAMESPACE.replace('spec: {', 'spec: {selector: {matchLabels: {}}, ')], {}, 'config'],
    [
      'of two the older one counts',
      [
        `${OF_NAMESPACE.replace('INVALID_DROP: namespace', 'INVALID_DROP: newer').replace('name: n', 'name: o, creationTimestamp: "2026-02-01T00:00:00Z"')}`,
        OF_NAMESPACE.replace('name: n', 'name: n, creationTimestamp: "2026-01-01T00:00:00Z"'),
      ],
      {},
      'namespace',
    ],
  ] as const)('%s', async (_, objects, rest, expected) => {
    expect(await value('INVALID_DROP', { objects: objects.join('---\n'), values, ...rest })).toBe(expected);
  });
  it('variables are merged one by one', async () => {
    const one = { objects: [OF_MESH, OF_NAMESPACE].join('---\n'), values };
    expect([await value('PROXY_UID', one), await value('PROXY_GID', one)]).toEqual(['config', 'mesh']);
  });
});

describe('revisions', () => {
  const mesh = (suffix: string, port: number) =>
    `kind: ConfigMap\nmetadata: {name: istio${suffix}}\ndata: {mesh: "proxyListenPort: ${port}"}\n`;
  const TAG =
    'kind: MutatingWebhookConfiguration\nmetadata: {name: istio-revision-tag-prod, labels: {istio.io/tag: prod, istio.io/rev: 1-24}}\n';
  const objects = [mesh('', 15101), mesh('-1-24', 15124), mesh('-canary', 15199), TAG].join('---\n');
  const port = async (one: Partial<Case>) => (await setting('envoy-port', { objects, ...one }))?.split(' ')[0];
  it.each([
    ['none: the default one', {}, '15101'],
    ['of the namespace', { namespace: 'istio.io/rev: canary' }, '15199'],
    ['of the pod', { namespace: '', labels: 'istio.io/rev: 1-24' }, '15124'],
    ['the namespace goes over the pod', { namespace: 'istio.io/rev: canary', labels: 'istio.io/rev: 1-24' }, '15199'],
    ['istio-injection on the namespace is the default one', { labels: 'istio.io/rev: canary' }, '15101'],
    ['a tag', { namespace: 'istio.io/rev: prod' }, '15124'],
    ['one that no file knows: the default one', { namespace: 'istio.io/rev: lost' }, '15101'],
  ])('%s', async (_, one, expected) => expect(await port(one)).toBe(expected));
  it('what is assumed is said', async () => {
    const { facts } = await enrolOne({ objects, namespace: 'istio.io/rev: lost' });
    expect(facts.assumptions.map(({ says }) => says)).toEqual([
      'no file configures revision `lost`: that of revision `default` is assumed',
    ]);
    expect((await enrolOne({ objects })).facts.assumptions).toEqual([]);
  });
  it('a tag for namespaces with istio-injection', async () => {
    const tagged = [mesh('-1-24', 15124), mesh('-canary', 15199), TAG.replaceAll('prod', 'default')].join('---\n');
    expect(await port({ objects: tagged })).toBe('15124');
  });
  it('values from --values are of every revision', async () => {
    const found = await setting('istio-service-exclude-cidr', {
      objects,
      namespace: 'istio.io/rev: canary',
      values: 'revision: other\nglobal: {proxy: {excludeIPRanges: 1.1.0.0/16}}',
    });
    expect(found).toBe('1.1.0.0/16 values.yaml:2:35');
  });
});
