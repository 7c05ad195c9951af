/** Names and kinds of values: each known one moved, misspelt or mistyped, in each form in which values are kept, is named. None is silent. */
import { describe, expect, it } from 'vitest';
import { nestedReader, readYaml } from '../../../src/cli/input/yaml.ts';
import { readMeshConfiguration } from '../../../src/injection/configuration/mesh.ts';
import { CHART_VALUES } from '../../../src/injection/knownNames/chartFields.ts';
import { hasName, type KnownFields, type ValueKind } from '../../../src/injection/knownNames/fields.ts';
import { PROXY_CONFIG_FIELDS } from '../../../src/istio/names/proxyConfig.ts';
import type { Diagnostic } from '../../../src/syntax/text/diagnostic.ts';

type Tree = { readonly [key: string]: unknown };

function treeAt(path: readonly string[], value: unknown): Tree {
  const [key = '', ...rest] = path;
  return { [key]: rest.length === 0 ? value : treeAt(rest, value) };
}

function merged(a: Tree, b: Tree): Tree {
  return Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
      const both = [a[key], b[key]].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
      return [key, both ? merged(a[key] as Tree, b[key] as Tree) : (b[key] ?? a[key])];
    }),
  );
}

interface Mutation {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** One document of them all: what is known of each does not hang on the others. */
function treeOf(mutations: readonly Mutation[], beside: Tree): Tree {
  return mutations.reduce((tree, { path, value }) => merged(tree, treeAt(path, value)), beside);
}

/** So that the text is known for values, whatever a mutation leaves of it. */
const BESIDE = { global: { hub: 'x' } };

const CARRIERS: Readonly<Record<string, (values: Tree) => Tree>> = {
  values: (values) => values,
  umbrella: (values) => ({ istiod: values }),
  'Argo CD': (values) => ({ kind: 'Application', spec: { source: { chart: 'istiod', helm: { values: JSON.stringify(values) } } } }),
  Flux: (values) => ({ kind: 'HelmRelease', spec: { chart: { spec: { chart: 'istiod' } }, values } }),
  helmfile: (values) => ({ releases: [{ chart: 'istio/istiod', values: [values] }] }),
  IstioOperator: (values) => ({ kind: 'IstioOperator', spec: { values } }),
  Sail: (values) => ({ kind: 'Istio', spec: { values } }),
};

const readNested = await nestedReader();

async function said(document: Tree): Promise<readonly Diagnostic[]> {
  const given = (await readYaml({ file: 'values.yaml', text: JSON.stringify(document) })).documents;
  return readMeshConfiguration({ given, objects: [], readNested }).diagnostics;
}

interface KnownLeaf {
  readonly path: readonly string[];
  readonly kind: ValueKind;
}

const JUDGED = ['global', 'sidecarInjectorWebhook', 'meshConfig', 'pilot', 'cni'];

function leavesOf(fields: KnownFields, path: readonly string[]): readonly KnownLeaf[] {
  return [
    ...[...fields.kinds].map(([name, kind]) => ({ path: [...path, name], kind })),
    ...[...fields.inner].flatMap(([name, inner]) => leavesOf(inner, [...path, name])),
  ];
}

const OF_PROXIES = Object.entries(PROXY_CONFIG_FIELDS).map(([name, type]): KnownLeaf => {
  const kinds: Readonly<Record<string, ValueKind>> = { text: 'text', duration: 'text', number: 'whole', boolean: 'truth', list: 'list' };
  return { path: ['meshConfig', 'defaultConfig', name], kind: typeof type === 'string' ? (kinds[type] ?? 'open') : 'text' };
});
const LEAVES = [
  ...JUDGED.flatMap((name) => {
    const inner = CHART_VALUES.inner.get(name);
    return inner === undefined ? [] : leavesOf(inner, [name]);
  }),
  ...OF_PROXIES,
];

/** What istiod reads with the injector's configuration: elsewhere a chart takes any kind. */
const STRICT = /^(?:global|sidecarInjectorWebhook|meshConfig|pilot\.cni)\b/;
const WRONG: Readonly<Partial<Record<ValueKind, readonly unknown[]>>> = {
  text: [5, true, ['a', 'b'], { a: 'b' }],
  truth: ['true', 'no', 3, ['a']],
  whole: ['many', true, [1]],
  list: ['a', { a: 1 }],
  map: ['a', 5, ['a']],
};

function misspelt(name: string): readonly string[] {
  const middle = Math.floor(name.length / 2);
  const swapped = `${name.slice(0, middle - 1)}${name[middle]}${name[middle - 1]}${name.slice(middle + 1)}`;
  const cased = name.replace(/[A-Z]/, (letter) => letter.toLowerCase());
  return [`${name.slice(0, middle)}${name.slice(middle + 1)}`, swapped, cased === name ? `${name}s` : cased].filter((one) => one !== name);
}

function fieldsAt(path: readonly string[]): KnownFields | undefined {
  return path.reduce<KnownFields | undefined>((fields, name) => fields?.inner.get(name), CHART_VALUES);
}

function isKnown(path: readonly string[]): boolean {
  const parent = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  if (parent.join('.') === 'meshConfig.defaultConfig') return Object.hasOwn(PROXY_CONFIG_FIELDS, name);
  const fields = fieldsAt(parent);
  return fields === undefined ? fieldsAt(parent.slice(0, -1))?.kinds.has(parent.at(-1) ?? '') === true : hasName(fields, name);
}

const PARENTS = ['', 'global', 'global.proxy', 'pilot', 'meshConfig', 'meshConfig.defaultConfig', 'cni'].map((one) =>
  one === '' ? [] : one.split('.'),
);

type Named = (one: Diagnostic, name: string) => boolean;

async function silent(mutations: readonly Mutation[], document: Tree, isNamed: Named): Promise<readonly string[]> {
  const found = await said(document);
  return mutations.filter(({ path }) => !found.some((one) => isNamed(one, path.at(-1) ?? ''))).map(({ path }) => path.join('.'));
}

const inMessage: Named = ({ message }, name) => message.includes(name);
const asError: Named = ({ kind, message }, name) => kind === 'not-loadable' && message.includes(name);

const MISSPELT = [0, 1, 2].map((which) =>
  LEAVES.flatMap(({ path }): readonly Mutation[] => {
    const name = misspelt(path.at(-1) ?? '')[which];
    const wrong = [...path.slice(0, -1), name ?? ''];
    return name === undefined || isKnown(wrong) ? [] : [{ path: wrong, value: 'x' }];
  }),
);
const MOVED = PARENTS.map((parent) =>
  LEAVES.map(({ path }) => ({ path: [...parent, path.at(-1) ?? ''], value: 'x' })).filter(({ path }) => !isKnown(path)),
);
/** Numbers may stand for the names of an enumeration. */
const ENUMERATION = /Mode$|Policy$|tracingServiceName/;
const MISTYPED = [0, 1, 2, 3].map((which) =>
  LEAVES.filter(({ path }) => STRICT.test(path.join('.'))).flatMap(({ path, kind }): readonly Mutation[] => {
    const value = WRONG[kind]?.[which];
    return value === undefined || (typeof value === 'number' && ENUMERATION.test(path.at(-1) ?? '')) ? [] : [{ path, value }];
  }),
);
const ODD = /Duration|Delay|Interval|interceptionMode|Policy|tracingServiceName|statsCompression|platform|compatibility/;
const RIGHT = LEAVES.filter(({ path }) => !ODD.test(path.at(-1) ?? '')).map(
  ({ path, kind }): Mutation => ({ path, value: { text: 'x', truth: true, whole: 5, list: [], texts: {}, map: {}, open: {} }[kind] }),
);

it('the lists are not empty', () => {
  expect([LEAVES, ...MISSPELT.slice(0, 2), ...MOVED].map((list) => list.length > 100)).not.toContain(false);
});

describe.each(Object.entries(CARRIERS))('values in %s', (_, carry) => {
  it('known names are not remarked on', async () => {
    const found = await said(carry(treeOf(RIGHT, BESIDE)));
    expect(found.map(({ message }) => message).filter((message) => !message.includes('CNI plugin'))).toEqual([]);
  });
  it.each(MISSPELT.map((list) => [list]))('misspelt', async (list) => {
    expect(await silent(list, carry(treeOf(list, BESIDE)), inMessage)).toEqual([]);
  });
  it.each(MOVED.map((list) => [list]))('moved', async (list) => {
    expect(await silent(list, carry(treeOf(list, BESIDE)), inMessage)).toEqual([]);
  });
  it.each(MISTYPED.map((list) => [list]))('mistyped', async (list) => {
    expect(await silent(list, carry(treeOf(list, BESIDE)), asError)).toEqual([]);
  });
});

const MESHES: Readonly<Record<string, (mesh: Tree) => Tree>> = {
  'a MeshConfig': (mesh) => mesh,
  'the ConfigMap istio': (mesh) => ({ kind: 'ConfigMap', metadata: { name: 'istio' }, data: { mesh: JSON.stringify(mesh) } }),
  'an IstioOperator': (meshConfig) => ({ kind: 'IstioOperator', spec: { meshConfig } }),
};
/** At the top a name of values makes the text values. */
const isOfValues = ({ path }: Mutation) => path.length === 1 && hasName(CHART_VALUES, path[0] ?? '');
const ofMesh = (list: readonly Mutation[]) =>
  list
    .filter(({ path }) => path[0] === 'meshConfig')
    .map(({ path, value }) => ({ path: path.slice(1), value }))
    .filter((one) => !isOfValues(one));

describe.each(Object.entries(MESHES))('MeshConfig in %s', (_, carry) => {
  it.each([...MISSPELT, ...MOVED].map((list) => [ofMesh(list)]))('misspelt or moved', async (list) => {
    expect(await silent(list, carry(treeOf(list, { trustDomain: 'x' })), inMessage)).toEqual([]);
  });
  it.each(MISTYPED.map((list) => [ofMesh(list)]))('mistyped', async (list) => {
    expect(await silent(list, carry(treeOf(list, { trustDomain: 'x' })), asError)).toEqual([]);
  });
});

describe('a name that nothing reads', () => {
  it('but not one that holds anchors', async () => {
    const text = 'x-proxy: &p\n  excludeIPRanges: 10.0.0.0/8\nglobal:\n  proxy:\n    <<: *p\n';
    const given = (await readYaml({ file: 'values.yaml', text })).documents;
    expect(readMeshConfiguration({ given, objects: [], readNested }).diagnostics).toEqual([]);
  });
  it.each([
    [{ global: { proxy: { excludeOutboundIPRanges: '1.0.0.0/8' } } }, 'write `excludeIPRanges`'],
    [{ global: { excludeIPRanges: '1.0.0.0/8' } }, 'it works as `global.proxy.excludeIPRanges`'],
    [{ global: { proxy: { interceptionMode: 'TPROXY' } } }, 'it works as `meshConfig.defaultConfig.interceptionMode`'],
    [{ global: { proxy: { excludeInterfaces: 'eth1' } } }, "a pod's annotation says it, `traffic.sidecar.istio.io/excludeInterfaces`"],
    [{ global: {}, meshConfig: { proxyMetadata: { A: 'b' } } }, 'it works as `meshConfig.defaultConfig.proxyMetadata`'],
    [{ meshConfig: { defaultConfig: { proxyMetaData: { A: 'b' } } } }, 'did you mean `proxyMetadata`?'],
    [{ meshConfig: { defaultConfig: { proxyListenPort: 1 } } }, 'it works as `meshConfig.proxyListenPort`'],
    [{ meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTUR: 'true' } } } }, 'did you mean `ISTIO_META_DNS_CAPTURE`?'],
    [{ pilot: { env: { ISTIO_META_DNS_CAPTURE: 'true' } } }, 'it belongs to `meshConfig.defaultConfig.proxyMetadata`'],
    [{ pilot: { env: { ENABLE_NATIVE_SIDECAR: 'true' } } }, 'did you mean `ENABLE_NATIVE_SIDECARS`?'],
    [{ istiod: { global: {} }, meshConfig: { proxyListenPort: 1 } }, 'it works as `istiod.meshConfig`'],
    [{ istiod: { global: {} }, 'istio-cni': { pilot: { cni: { enabled: true } } } }, 'it works among the values of the chart of istiod'],
    [{ kind: 'IstioOperator', spec: { profile: 'default', global: {} } }, 'it works as `spec.values.global`'],
    [{ kind: 'IstioOperator', spec: { profile: 'default', meshConfg: {} } }, 'did you mean `meshConfig`?'],
    [{ kind: 'IstioOperator', spec: { components: { cni: { enable: true } } } }, 'write `enabled`'],
    [{ kind: 'Istio', spec: { version: 'v1.26.2', meshConfig: { trustDomain: 'x' } } }, 'it works as `spec.values.meshConfig`'],
    [{ kind: 'Istio', spec: { version: 'v1.26.2', vaules: {} } }, 'did you mean `values`?'],
    [{ global: {}, mehsConfig: {} }, 'did you mean `meshConfig`?'],
  ])('%j', async (values, help) => {
    expect((await said(values)).map((one) => one.help)).toContainEqual(expect.stringContaining(help));
  });
  it('names with underscores are read', async () => {
    const text = 'default_config: {interception_mode: TPROXY}\nproxy_listen_port: 15101\n';
    const given = (await readYaml({ file: 'mesh.yaml', text })).documents;
    const { meshConfig, diagnostics } = readMeshConfiguration({ given, objects: [], readNested });
    expect(diagnostics).toEqual([]);
    expect(JSON.stringify(meshConfig[0]?.root)).toMatch(/"defaultConfig".*"interceptionMode".*"proxyListenPort"/);
  });
});
