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

/** So that the text is known for values whatever the mutation leaves of it. */
const BESIDE = { global: { hub: 'x' } };

function beside(tree: Tree): Tree {
  const merged = (a: Tree, b: Tree): Tree =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
        const both = [a[key], b[key]].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
        return [key, both ? merged(a[key] as Tree, b[key] as Tree) : (b[key] ?? a[key])];
      }),
    );
  return merged(BESIDE, tree);
}

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

describe.each(Object.entries(CARRIERS))('values in %s', (carrier, carry) => {
  it('a known name is not remarked on', async () => {
    for (const { path, kind } of LEAVES) {
      const right = { text: 'x', truth: true, whole: 5, list: [], texts: {}, open: {} }[kind];
      const value = { concurrency: 2, drainDuration: '5s' }[path.at(-1) ?? ''] ?? right;
      const odd = /Duration|Delay|Interval|interceptionMode|PolicyS?|tracingServiceName|controlPlaneAuthPolicy|statsCompression|platform/;
      if (odd.test(path.at(-1) ?? '')) continue;
      const [first] = (await said(carry(beside(treeAt(path, value))))).filter(({ message }) => !message.includes('CNI plugin'));
      expect(first?.message, path.join('.')).toBeUndefined();
    }
  });
  it('misspelt', async () => {
    for (const { path } of LEAVES)
      for (const name of misspelt(path.at(-1) ?? '')) {
        const wrong = [...path.slice(0, -1), name];
        if (isKnown(wrong)) continue;
        const found = (await said(carry(beside(treeAt(wrong, 'x'))))).map(({ message }) => message);
        expect(
          found.some((message) => message.includes(name)),
          `${carrier}: ${wrong.join('.')}: ${found}`,
        ).toBe(true);
      }
  });
  it('moved', async () => {
    for (const { path } of LEAVES)
      for (const parent of PARENTS) {
        const name = path.at(-1) ?? '';
        const wrong = [...parent, name];
        if (isKnown(wrong)) continue;
        const found = (await said(carry(beside(treeAt(wrong, 'x'))))).map(({ message }) => message);
        expect(
          found.some((message) => message.includes(name)),
          `${carrier}: ${wrong.join('.')}: ${found}`,
        ).toBe(true);
      }
  });
  it('mistyped', async () => {
    for (const { path, kind } of LEAVES.filter((leaf) => STRICT.test(leaf.path.join('.'))))
      for (const value of WRONG[kind] ?? []) {
        // numbers may stand for the names of an enumeration
        if (typeof value === 'number' && /Mode$|Policy$|tracingServiceName/.test(path.at(-1) ?? '')) continue;
        const found = await said(carry(beside(treeAt(path, value))));
        const named = found.some((one) => one.kind === 'not-loadable' && one.message.includes(path.at(-1) ?? ''));
        expect(named, `${carrier}: ${path.join('.')} = ${JSON.stringify(value)}: ${found.map(({ message }) => message)}`).toBe(true);
      }
  });
});

const MESHES: Readonly<Record<string, (mesh: Tree) => Tree>> = {
  'a MeshConfig': (mesh) => mesh,
  'the ConfigMap istio': (mesh) => ({ kind: 'ConfigMap', metadata: { name: 'istio' }, data: { mesh: JSON.stringify(mesh) } }),
  'an IstioOperator': (meshConfig) => ({ kind: 'IstioOperator', spec: { meshConfig } }),
};

describe.each(Object.entries(MESHES))('MeshConfig in %s', (_, carry) => {
  const ofMesh = LEAVES.filter(({ path }) => path[0] === 'meshConfig').map(({ path, kind }) => ({ path: path.slice(1), kind }));
  const known = { trustDomain: 'x' };
  it('misspelt or a level too high', async () => {
    for (const { path } of ofMesh)
      for (const name of [...misspelt(path.at(-1) ?? ''), ...(path.length > 1 ? [path.at(-1) ?? ''] : [])]) {
        const wrong = name === path.at(-1) ? [name] : [...path.slice(0, -1), name];
        if (isKnown(['meshConfig', ...wrong])) continue;
        const found = (await said(carry({ ...known, ...treeAt(wrong, 'x') }))).map(({ message }) => message);
        expect(
          found.some((message) => message.includes(name)),
          `${wrong.join('.')}: ${found}`,
        ).toBe(true);
      }
  });
  it('mistyped', async () => {
    for (const { path, kind } of ofMesh)
      for (const value of WRONG[kind] ?? []) {
        if (typeof value === 'number' && /Mode$|Policy$|tracingServiceName/.test(path.at(-1) ?? '')) continue;
        const found = await said(carry({ ...known, ...treeAt(path, value) }));
        expect(
          found.some((one) => one.kind === 'not-loadable' && one.message.includes(path.at(-1) ?? '')),
          path.join('.'),
        ).toBe(true);
      }
  });
});

describe('a name that nobody reads', () => {
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
