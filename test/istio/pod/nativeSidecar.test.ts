/** Version of Istio × version of Kubernetes × setting: whether the proxy is a native sidecar, and what init containers find.
 *  source: docs/facts/istio.md#native-sidecars */
import { describe, expect, it } from 'vitest';
import { nestedReader, readYaml } from '../../../src/cli/input/yaml.ts';
import { type Enrolment, enrol } from '../../../src/injection/enrol/enrol.ts';
import type { Facts } from '../../../src/injection/facts/facts.ts';
import { initPhase } from '../../../src/injection/facts/initPhase.ts';
import { nativeSidecarOf } from '../../../src/injection/facts/nativeSidecar.ts';
import { podAssumptions } from '../../../src/injection/podRules/podAssumptions.ts';
import { readWorld } from '../../../src/injection/world/world.ts';
import { parseVersion } from '../../../src/istio/settings/version.ts';
import { parseKubernetes } from '../../../src/kubernetes/manifest/clusterNode.ts';

interface World {
  readonly annotation?: string;
  readonly values?: string;
  /** other objects in the file of the pod */
  readonly objects?: string;
  readonly istio?: string;
  readonly kubernetes?: string;
  readonly mode?: 'init' | 'cni' | 'multus';
  readonly nodeName?: string;
  readonly initContainers?: string;
  readonly annotations?: string;
  readonly containers?: string;
}

async function factsOf(world: World): Promise<Facts> {
  return (await enrolmentOf(world)).facts;
}

async function enrolmentOf(world: World): Promise<Enrolment> {
  const { annotation, values = '', objects = '', istio = '1.31', kubernetes, mode = 'cni', nodeName, annotations = '' } = world;
  const { initContainers = '[{name: early}]', containers = '[{name: app}]' } = world;
  const native = annotation === undefined ? '' : `sidecar.istio.io/nativeSidecar: "${annotation}"`;
  const pod = `kind: Pod
metadata: {name: a, annotations: {${[native, annotations].filter((one) => one !== '').join(', ')}}}
spec: {${nodeName === undefined ? '' : `nodeName: ${nodeName}, `}initContainers: ${initContainers}, containers: ${containers}}
`;
  const documents = async (text: string, file: string) => (await readYaml({ file, text })).documents;
  const { manifests, world: read } = readWorld({
    manifests: await documents(objects === '' ? pod : `${pod}---\n${objects}`, 'pod.yaml'),
    values: values === '' ? [] : await documents(values, 'values.yaml'),
    readNested: await nestedReader(),
    approach: mode,
    version: parseVersion(istio),
    kubernetes: kubernetes === undefined ? undefined : parseKubernetes(kubernetes),
  });
  const [first] = manifests.pods;
  if (first === undefined) throw new Error('no pod');
  return enrol(first, read);
}

const ENV = (value: string) => `pilot: {env: {ENABLE_NATIVE_SIDECARS: "${value}"}}`;
const COMPATIBLE = (version: string) => `compatibilityVersion: "${version}"`;

const SETTINGS: readonly (readonly [what: string, world: World, native: (istio: number, kubernetes: number) => boolean])[] = [
  ['nothing', {}, (istio, kubernetes) => istio >= 27 && kubernetes >= 33],
  ['the variable true', { values: ENV('true') }, (istio) => istio >= 19],
  ['the variable false', { values: ENV('false') }, () => false],
  ['the variable 1, a boolean of Go', { values: ENV('1') }, (istio) => istio >= 19 && istio < 27],
  ['the variable auto', { values: ENV('auto') }, (istio, kubernetes) => istio >= 27 && kubernetes >= 33],
  ['the variable wrong', { values: ENV('yes') }, () => false],
  ['the annotation true', { annotation: 'true' }, (istio, kubernetes) => istio >= 24 || (istio >= 27 && kubernetes >= 33)],
  ['the annotation false', { annotation: 'false' }, () => false],
  ['the annotation before the variable', { annotation: 'true', values: ENV('false') }, (istio) => istio >= 24],
  ['the annotation against the variable', { annotation: 'false', values: ENV('true') }, (istio) => istio >= 19 && istio < 24],
  ['compatibility 1.26', { values: COMPATIBLE('1.26') }, () => false],
  ['compatibility 1.27', { values: COMPATIBLE('1.27') }, (istio, kubernetes) => istio >= 27 && kubernetes >= 33],
  ['the variable before compatibility', { values: `${COMPATIBLE('1.26')}\n${ENV('true')}` }, (istio) => istio >= 19],
];
const ISTIO = [18, 19, 22, 23, 24, 26, 27, 28, 31];
const KUBERNETES = [29, 32, 33, 35];
const TABLE = SETTINGS.flatMap(([what, world, native]) =>
  ISTIO.flatMap((istio) => KUBERNETES.map((kubernetes) => ({ what, world, istio, kubernetes, native: native(istio, kubernetes) }))),
);

describe('native sidecars', () => {
  it.each(TABLE)('$what, Istio 1.$istio, Kubernetes 1.$kubernetes: $native', async ({ world, istio, kubernetes, native }) => {
    const said = { ...world, istio: `1.${istio}`, kubernetes: `1.${kubernetes}` };
    const facts = await factsOf(said);
    expect(nativeSidecarOf(facts)).toMatchObject({ native });
    expect(nativeSidecarOf(facts).assumption).toBeUndefined();
    const phases = async (mode: 'init' | 'cni') => initPhase(await factsOf({ ...said, mode })).containers.map(({ phase }) => phase);
    expect(await phases('cni')).toEqual([native ? 'with-proxy' : 'without-proxy']);
    expect(await phases('init')).toEqual([native ? 'with-proxy' : 'before']);
  });

  it.each([
    ['an operator', 'spec: {components: {pilot: {k8s: {env: [{name: ENABLE_NATIVE_SIDECARS, value: "true"}]}}}}', true],
    ['values of an operator', 'spec: {values: {pilot: {env: {ENABLE_NATIVE_SIDECARS: true}}}}', true],
    [
      'its environment before its values',
      'spec: {components: {pilot: {k8s: {env: [{name: ENABLE_NATIVE_SIDECARS, value: "false"}]}}}, values: {pilot: {env: {ENABLE_NATIVE_SIDECARS: true}}}}',
      false,
    ],
  ])('%s', async (_, spec, native) => {
    const objects = `kind: IstioOperator\n${spec}\n`;
    expect(nativeSidecarOf(await factsOf({ objects, istio: '1.24' })).native).toBe(native);
  });

  const istiod = (value: string, revision = 'default') => `kind: Deployment
metadata: {name: istiod, namespace: istio-system}
spec: {template: {metadata: {labels: {app: istiod, istio.io/rev: ${revision}}}, spec: {containers: [{name: discovery, env: [{name: ENABLE_NATIVE_SIDECARS, value: "${value}"}]}]}}}
`;
  it.each([
    [
      'the Sail operator',
      'kind: Istio\nmetadata: {name: default}\nspec: {version: v1.24.3, values: {pilot: {env: {ENABLE_NATIVE_SIDECARS: "true"}}}}',
      '1.24',
      true,
    ],
    ["istiod's own Deployment", istiod('true'), '1.24', true],
    ["istiod's own Deployment says no", istiod('false'), '1.31', false],
    ['istiod of another revision is the only one', istiod('true', 'canary'), '1.24', true],
  ])('%s', async (_, objects, istio, native) => {
    expect(nativeSidecarOf(await factsOf({ objects, istio })).native).toBe(native);
  });

  it('what is about to be installed counts before what runs', async () => {
    expect(nativeSidecarOf(await factsOf({ objects: istiod('true'), values: ENV('false'), istio: '1.24' })).native).toBe(false);
  });

  const node = (name: string, version: string) =>
    `kind: Node\nmetadata: {name: ${name}}\nstatus: {nodeInfo: {kubeletVersion: ${version}}}\n`;
  it.each([
    ['nodes that are new', [node('a', 'v1.33.2')], undefined, true],
    ['one that is older is enough', [node('a', 'v1.33.2'), node('b', 'v1.32.9+k3s1')], undefined, false],
    ['but for a pod that is bound to a new one', [node('a', 'v1.33.2'), node('b', 'v1.32.9-eks-1')], 'a', true],
  ])('%s', async (_, nodes, nodeName, native) => {
    const world = { objects: nodes.join('---\n'), ...(nodeName !== undefined && { nodeName }) };
    expect(nativeSidecarOf(await factsOf(world))).toMatchObject({ native });
    expect(podAssumptions(await enrolmentOf(world), { assumptions: [] }).map(({ about }) => about)).not.toContain('kubernetes');
  });

  it('which Kubernetes is taken is said where it matters', async () => {
    const about = async (world: World) => podAssumptions(await enrolmentOf(world), { assumptions: [] }).map((one) => one.about);
    expect(await about({})).toContain('kubernetes');
    expect(await about({ istio: '1.26' })).not.toContain('kubernetes');
    expect(await about({ values: ENV('true') })).not.toContain('kubernetes');
    expect(await about({ initContainers: '[]' })).not.toContain('kubernetes');
    const { native, assumption } = nativeSidecarOf(await factsOf({}));
    expect([native, assumption?.says, assumption?.options]).toEqual([
      true,
      'the nodes run Kubernetes 1.33 or later, where Istio 1.31 makes the proxy a native sidecar',
      ['--kubernetes'],
    ]);
  });
});

describe('the order of init containers in a pod that was injected', () => {
  const STATUS = "sidecar.istio.io/status: '{}'";
  const stays = '{name: istio-proxy, restartPolicy: Always}';
  it.each([
    ['before and after istio-init', 'init', `[{name: a}, {name: istio-init}, ${stays}, {name: b}]`, ['before', 'with-proxy']],
    ['between istio-init and the proxy', 'init', `[{name: istio-init}, {name: a}, ${stays}, {name: b}]`, ['without-proxy', 'with-proxy']],
    ['before and after the proxy, rules by the plugin', 'cni', `[{name: a}, ${stays}, {name: b}]`, ['without-proxy', 'with-proxy']],
    ['the proxy is an ordinary container', 'cni', '[{name: istio-validation}, {name: a}]', ['without-proxy']],
    ['istio-init comes last', 'init', '[{name: a}, {name: istio-init}]', ['before']],
    [
      'native sidecars of others',
      'cni',
      `[{name: a, restartPolicy: Always}, ${stays}, {name: b, restartPolicy: Always}]`,
      ['without-proxy', 'with-proxy'],
    ],
  ] as const)('%s', async (_, mode, initContainers, phases) => {
    const containers = initContainers.includes('istio-proxy') ? '[{name: app}]' : '[{name: app}, {name: istio-proxy}]';
    const facts = await factsOf({ mode, initContainers, annotations: STATUS, containers });
    expect(initPhase(facts).containers.map(({ phase }) => phase)).toEqual(phases);
  });
});
