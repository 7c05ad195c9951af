/** A repository of many charts through `ci`: objects of the shapes that charts render, one of them broken. All others are judged as
 *  they are without it. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CiReport } from '../../src/report/ci/json.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { chainwalk } from './memoryIo.ts';

const COUNT = 200;
const { pick, chance } = randomFrom(20_261_129);

type Fields = Readonly<Record<string, unknown>>;

const labelsOf = (name: string): Fields => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': 'release-name',
  'app.kubernetes.io/managed-by': 'Helm',
  'helm.sh/chart': `${name}-1.2.3`,
  ...(chance(0.3) && { version: 'v1' }),
});

const TRAFFIC: readonly Fields[] = [
  { 'traffic.sidecar.istio.io/excludeOutboundPorts': '5432' },
  { 'traffic.sidecar.istio.io/excludeInboundPorts': '9090,9091' },
  { 'traffic.sidecar.istio.io/excludeOutboundIPRanges': '169.254.169.254/32' },
  { 'sidecar.istio.io/interceptionMode': 'TPROXY' },
  { 'proxy.istio.io/config': 'proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "true"\n' },
  { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' },
  { 'checksum/config': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
];

const probe = (path: string): Fields =>
  pick<Fields>([
    { httpGet: { path, port: 'http' } },
    { tcpSocket: { port: 8080 } },
    { exec: { command: ['true'] } },
    { grpc: { port: 8080 } },
  ]);

const container = (name: string): Fields => ({
  name,
  image: `registry.example/${name}:1.2.3`,
  imagePullPolicy: 'IfNotPresent',
  ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  env: [
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: `${name}-secret`, key: 'password' } } },
  ],
  ...(chance(0.7) && { livenessProbe: probe('/healthz'), readinessProbe: probe('/readyz') }),
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  ...(chance(0.5) && { securityContext: { runAsNonRoot: true, runAsUser: pick([1000, 1001, 65_534]), capabilities: { drop: ['ALL'] } } }),
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
});

const podTemplate = (name: string): Fields => ({
  metadata: { labels: labelsOf(name), ...(chance(0.6) && { annotations: { ...pick(TRAFFIC), ...(chance(0.3) && pick(TRAFFIC)) } }) },
  spec: {
    serviceAccountName: name,
    ...(chance(0.3) && { initContainers: [{ name: 'wait', image: 'registry.example/busybox', command: ['sh', '-c', 'sleep 1'] }] }),
    containers: [
      container(name),
      ...(chance(0.2) ? [{ name: 'exporter', image: 'registry.example/exporter', args: ['--web.listen-address=:9090'] }] : []),
    ],
    ...(chance(0.3) && { securityContext: { fsGroup: 1001 } }),
    affinity: { podAntiAffinity: {} },
    tolerations: [{ operator: 'Exists' }],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  },
});

interface Shape {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: (name: string) => Fields;
}

const withTemplate = (name: string): Fields => ({ selector: { matchLabels: labelsOf(name) }, template: podTemplate(name) });

const SHAPES: readonly Shape[] = [
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ apiVersion: 'apps/v1', kind, spec: withTemplate })),
  { apiVersion: 'batch/v1', kind: 'Job', spec: (name) => ({ backoffLimit: 3, template: podTemplate(name) }) },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: (name) => ({ schedule: '0 3 * * *', jobTemplate: { spec: { template: podTemplate(name) } } }),
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    spec: (name) => ({ ...withTemplate(name), strategy: { canary: { steps: [{ setWeight: 20 }] } } }),
  },
  {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    spec: (name) => ({ template: podTemplate(name), traffic: [{ latestRevision: true, percent: 100 }] }),
  },
  { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'CloneSet', spec: (name) => ({ replicas: 3, ...withTemplate(name) }) },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    spec: (name) => ({ entrypoint: 'main', templates: [{ name: 'main', container: container(name) }] }),
  },
];

/** What stands beside workloads in a chart and holds no pod. */
const beside = (name: string): readonly Fields[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', labels: labelsOf(name) },
    spec: { selector: labelsOf(name), ports: [{ port: 80, targetPort: 'http' }] },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { 'app.conf': 'listen 8080;\n' } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'shop' } },
];

const NAMESPACE: Fields = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } } };

function chart(index: number): string {
  const name = `app-${index}`;
  const { apiVersion, kind, spec } = pick(SHAPES);
  const workload = { apiVersion, kind, metadata: { name, namespace: 'shop', labels: labelsOf(name) }, spec: spec(name) };
  return [...beside(name), workload].map((one) => `---\n# Source: charts/templates/x.yaml\n${stringify(one)}`).join('');
}

/** Ways to break one object: of the wrong type, without what it needs, no YAML, not rendered. */
const BREAKS: readonly (readonly [what: string, text: string])[] = [
  [
    'an annotation that is no string',
    '---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad, namespace: shop}\nspec: {template: {metadata: {annotations: {a: 1}}, spec: {containers: [{name: c}]}}}\n',
  ],
  ['no template', '---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: bad, namespace: shop}\nspec: {}\n'],
  ['no YAML', '---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad\nspec: [\n'],
  [
    'a template that was not rendered',
    '---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec: {containers: [{name: c}]}\n',
  ],
];

/** The first charts of the repository, with one more object in the file of the namespace. */
async function ci(count: number, more = '') {
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`deploy/chart-${String(index).padStart(3, '0')}.yaml`, CHARTS[index] ?? '']),
  );
  const config = { 'chainwalk.config.yaml': 'groups: [{ files: "deploy/*.yaml" }]\n', 'deploy/000.yaml': stringify(NAMESPACE) + more };
  const { code, out, err } = await chainwalk(['ci', '--json'], { files: { ...config, ...files } });
  return { code, err, report: JSON.parse(out) as CiReport };
}

const CHARTS = Array.from({ length: COUNT }, (_, index) => chart(index));
const FEW = 12;

describe('two hundred charts', { timeout: 120_000 }, () => {
  it('are checked, every one of them, with one broken object among them as without it', async () => {
    const sound = await ci(COUNT);
    expect(sound.code).not.toBe(2);
    expect(sound.report.subjects).toHaveLength(COUNT);
    // the loop of TPROXY with DNS capture is among them
    const verdicts = sound.report.subjects.map(({ checks }) => checks.find(({ id }) => id === 'no-redirect-loop')?.verdict);
    expect(new Set(verdicts)).toEqual(new Set(['passed', 'failed']));
    const beside = await ci(COUNT, BREAKS[0]?.[1]);
    expect(beside.code).toBe(2);
    expect(beside.report.subjects).toEqual(sound.report.subjects);
  });

  it.each(BREAKS)('few of them, beside an object with %s', async (_, text) => {
    const { code, err, report } = await ci(FEW, text);
    expect(code).toBe(2);
    expect(err).toMatch(/^deploy\/000\.yaml:\d+:\d+: error: /m);
    expect(report.subjects).toHaveLength(FEW);
    expect(report.diagnostics.filter(({ kind }) => kind === 'malformed' || kind === 'not-loadable').length).toBeGreaterThan(0);
  });
});

describe('which files hold pods', () => {
  const CONFIG = { 'chainwalk.config.yaml': 'groups: [{files: "*.yaml"}]\nclaims: {only: [known-key]}\n' };
  const POD = 'metadata: {labels: {sidecar.istio.io/inject: "true"}}, spec: {containers: [{name: c, image: x}]}';
  const HELM_RELEASE = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: istiod}
spec: {chart: {spec: {chart: istiod, version: 1.24.0}}, values: {pilot: {cni: {enabled: true}}}}
`;

  it.each([
    [
      'a kind of another controller',
      `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {template: {${POD}}}\n`,
    ],
    [
      'JSON in one line',
      `{"apiVersion":"v1","kind":"List","items":[{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c"}]}}]}`,
    ],
    ['a pod beside what installs the mesh', `${HELM_RELEASE}---\napiVersion: v1\nkind: Pod\n${POD.replace(', spec', '\nspec')}\n`],
  ])('%s does', async (_, text) => {
    const { code, out } = await chainwalk(['ci'], { files: { ...CONFIG, 'a.yaml': text } });
    expect(out).toMatch(/check of (?:Rollout|Pod) default\//);
    expect(code).toBe(0);
  });

  it.each([
    [
      'what scales others',
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef:\n    kind: Deployment\n    name: x\n',
    ],
    [
      'what a controller makes certificates from',
      'apiVersion: x.io/v1\nkind: Thing\nspec: {template: {metadata: {labels: {a: b}}, type: Opaque}}\n',
    ],
  ])('%s does not', async (_, text) => {
    const { code, err } = await chainwalk(['ci'], { files: { ...CONFIG, 'a.yaml': text } });
    expect(err).toContain('there is no pod in its manifests');
    expect(code).toBe(2);
  });
});
