/** Names of pods as kubectl takes them, wherever the command stands. */
import { describe, expect, it } from 'vitest';
import { fakeCluster } from './fakeCluster.ts';
import { fixture } from './fakeKubectl.ts';

const SIDECAR = fixture('istio-sidecar.rules');
const OUT = 'out tcp -> 203.0.113.9:443';
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };
const UNREADY = { conditions: [{ type: 'Ready', status: 'False' }] };
const LABELS = { app: 'web' };

const workload = (kind: string, selector: object = { matchLabels: LABELS }) => ({
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector },
});

const shop = () =>
  fakeCluster({
    namespace: 'shop',
    pods: [
      { at: 'shop/web-0', rules: SIDECAR, labels: LABELS, status: UNREADY },
      { at: 'shop/web-1', rules: SIDECAR, labels: LABELS, status: READY },
      { at: 'shop/trace', rules: SIDECAR },
      { at: 'other/web-0', rules: SIDECAR },
    ],
    objects: [
      ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].map((kind) => workload(kind)),
      workload('Service', LABELS),
      workload('ReplicationController', LABELS),
      { kind: 'Service', metadata: { name: 'outside', namespace: 'shop' }, spec: { type: 'ExternalName', externalName: 'example.com' } },
      { ...workload('Deployment'), metadata: { name: 'gone', namespace: 'shop' }, spec: { selector: { matchLabels: { app: 'gone' } } } },
    ],
  });

describe('pods as kubectl names them', () => {
  it.each([
    [['web-1', 'trace', OUT]],
    [['trace', 'web-1', OUT]],
    [['web-1', OUT]],
    [['trace', 'pod/web-1', OUT]],
    [['pods', 'web-1', 'trace', OUT]],
    [['trace', 'po', 'web-1', OUT, '--strict']],
    [['trace', '--strict', 'shop/web-1', OUT]],
    [['-n', 'shop', 'trace', 'web-1', OUT]],
  ])('%j', async (argv) => {
    const { code, out, err } = await shop().plugin(...argv);
    expect([code, out.split('\n')[0]], err).toEqual([0, expect.stringMatching(/^CAPTURED outbound/)]);
    expect(out).toContain('web-1.rules:');
  });

  it.each([
    'deploy/web',
    'deployment/web',
    'deployments.apps/web',
    'deployment.v1.apps/web',
    'sts/web',
    'ds/web',
    'rs/web',
    'rc/web',
    'job/web',
    'job.batch/web',
    'svc/web',
    'service/web',
    'shop/deploy/web',
  ])('%s is its first ready pod, and that is said', async (name) => {
    const cluster = shop();
    const { code, out, err } = await cluster.plugin('trace', name, OUT);
    expect(code, err).toBe(0);
    expect(out).toContain('web-1.rules:');
    expect(err).toContain(`note: ${name} is web-1, the first ready of its 2 pods; all: -l 'app=web'\n`);
    expect(cluster.calls[1]).toMatch(/get pods --selector=app=web --output=json$/);
  });

  it('TYPE NAME are two words', async () => {
    const { err } = await shop().plugin('deploy', 'web');
    expect(err).toContain('note: deploy/web is web-1');
    expect((await shop().plugin('diff', 'deploy', 'web', 'planned.rules')).err).toContain('cannot read `planned.rules`');
  });

  it('a pod that is called like a command', async () => {
    expect((await shop().plugin('pod/trace', 'trace', OUT)).out).toContain('trace.rules:');
    expect((await shop().plugin('verify', 'shop/trace', '--only', 'no-dead-rule', '-q')).code).toBe(0);
  });

  it('labels with expressions', async () => {
    const selector = {
      matchLabels: LABELS,
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['b', 'c'] },
        { key: 'd', operator: 'DoesNotExist' },
      ],
    };
    const cluster = fakeCluster({ namespace: 'shop', objects: [workload('Deployment', selector)] });
    const { code, err } = await cluster.plugin('deploy/web');
    expect([code, err]).toEqual([2, expect.stringContaining('deploy/web has no pods (app=web,a in (b,c),!d)')]);
  });

  it.each([
    [['deploy/gone'], 'deploy/gone has no pods (app=gone)'],
    [['svc/outside'], 'svc/outside selects no pods: it has no selector'],
    [['deploy/none'], 'kubectl get deployment none: Error from server (NotFound)'],
    [['deploy'], '`deploy` is a kind: which one?'],
    [['cronjob/web'], '`cronjob/web` is not one pod\nhelp: its jobs have pods'],
    [['node/worker'], '`node/worker` is not one pod'],
    [['rollouts.argoproj.io/web'], 'the pods of `rollouts.argoproj.io/web` are not known'],
    [['a/b/c'], '`a/b/c` is not a valid pod name'],
    [['other/web-0', '-n', 'shop'], '`other/web-0` is in namespace other, and -n says shop'],
    [['verify'], 'no pod is named\nhelp: `kubectl chainwalk verify POD`'],
    [['verify', '-n', 'shop'], '`kubectl chainwalk pods -n shop`'],
    [['frace', 'web-0', OUT], '`frace` is not one of verify, trace'],
    [['web-0', 'render'], '`render` does not take a pod'],
    [['-A', '-n', 'shop'], '-A selects all namespaces, -n only one'],
    [['-l', 'app=web', 'web-0'], 'pods are named, or selected'],
    [['web-0', 'web-1', 'print'], '`print` takes the rules of one pod'],
    [['trace', 'web-0'], 'no packet to trace'],
  ])('%j: what is wrong, and what to type', async (argv, message) => {
    const { code, out, err } = await shop().plugin(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('the pod of another namespace', async () => {
    const cluster = shop();
    expect((await cluster.plugin('trace', 'other/web-0', OUT)).code).toBe(0);
    expect(cluster.calls.every((call) => call.startsWith('--namespace=other '))).toBe(true);
  });
});

describe('pods that have nothing to tell', () => {
  const of = (status: object, spec?: object) =>
    fakeCluster({ pods: [{ at: 'default/web-0', status: { ...status }, ...(spec && { spec: { ...spec } }), rules: SIDECAR }] });

  it.each([
    [{ phase: 'Succeeded' }, 'pod web-0 has ended (Succeeded): no container can be queried'],
    [{ phase: 'Failed', reason: 'Evicted' }, 'pod web-0 has ended (Failed, Evicted)'],
    [
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      'pod web-0 is not running yet (Pending, Unschedulable)',
    ],
    [
      { phase: 'Pending', containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      'pod web-0 has no container that runs (app: ImagePullBackOff)',
    ],
  ])('%j', async (status, message) => {
    const cluster = of(status);
    const { code, err } = await cluster.plugin('web-0');
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(cluster.calls).toHaveLength(1);
  });

  it('a pod on Windows', async () => {
    const { code, err } = await of({}, { containers: [{ name: 'app' }], os: { name: 'windows' } }).plugin('web-0');
    expect([code, err]).toEqual([2, expect.stringContaining('pod web-0 runs on Windows, which has no iptables')]);
  });

  it('while init containers run, the one that runs is queried, and rules may be missing', async () => {
    const status = {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'slow', state: { running: {} } }],
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    const spec = { containers: [{ name: 'app' }, { name: 'istio-proxy' }], initContainers: [{ name: 'istio-init' }, { name: 'slow' }] };
    const { code, err } = await of(status, spec).plugin('web-0', 'trace', OUT);
    expect(code).toBe(0);
    expect(err).toContain('note: pod web-0 is still starting: its init container slow runs, and rules may be missing');
    expect(err).toContain('note: queried container slow');
  });

  it('a native sidecar is queried before the application runs', async () => {
    const status = {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'istio-proxy', state: { running: {} } }],
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    const spec = { containers: [{ name: 'app' }], initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] };
    const { code, err } = await of(status, spec).plugin('web-0', 'trace', OUT);
    expect([code, err]).toEqual([0, expect.stringContaining('note: queried container istio-proxy')]);
    expect(err).not.toContain('still starting');
  });
});

describe('a container that may not read its rules', () => {
  const DENIED = { code: 4, out: '', err: 'Could not fetch rule set generation id: Permission denied (you must be root)\n' };
  const helpOf = async (spec: object, ...argv: readonly string[]) =>
    (await fakeCluster({ pods: [{ at: 'shop/web-0', spec: { ...spec }, exec: DENIED }] }).plugin(...argv)).err.split('\n')[1] ?? '';
  const proxy = (image: string) => ({ name: 'istio-proxy', image });

  it.each([
    [
      { containers: [proxy('p:1')], initContainers: [{ name: 'istio-init', image: 'docker.io/istio/proxyv2:1.24.1' }] },
      'docker.io/istio/proxyv2:1.24.1',
    ],
    [{ containers: [proxy('docker.io/istio/proxyv2:1.24.1-distroless')] }, 'docker.io/istio/proxyv2:1.24.1'],
    [{ containers: [proxy('r/proxyv2:1.24.1-distroless@sha256:abc')] }, 'r/proxyv2:1.24.1'],
    [
      {
        containers: [{ name: 'linkerd-proxy', image: 'p:1' }],
        initContainers: [{ name: 'linkerd-init', image: 'cr.l5d.io/linkerd/proxy-init:v2.4.1' }],
      },
      'cr.l5d.io/linkerd/proxy-init:v2.4.1',
    ],
    [{ containers: [{ name: 'app', image: 'app:1' }] }, 'nicolaka/netshoot'],
    [{ containers: [proxy('$(evil)')] }, 'nicolaka/netshoot'],
  ])('%j: the whole command, with an image that can', async (spec, image) => {
    expect(await helpOf(spec, 'web-0', '-n', 'shop', 'trace', OUT)).toContain(
      `\`kubectl chainwalk web-0 -n shop --debug-image ${image} trace '${OUT}'\``,
    );
  });

  it('in the words of the user', async () => {
    const spec = { containers: [{ name: 'app' }] };
    expect(await helpOf(spec, 'verify', 'shop/web-0', '--strict', '--context', 'my cluster')).toContain(
      "`kubectl chainwalk shop/web-0 --context 'my cluster' --debug-image nicolaka/netshoot verify --strict`",
    );
  });
});

describe('families', () => {
  it('a pod with IPv4 alone: nothing is said to be missing', async () => {
    const { out } = await fakeCluster({ pods: [{ at: 'default/web-0', rules: SIDECAR }] }).plugin('web-0', '-v', '-q');
    expect(out.split('\n').slice(0, 2).join(' ').replaceAll(/\s+/g, ' ')).toBe(
      'OK: all 20 claims hold for first packets of connections over IPv4, the running pod at 10.244.1.7, its listeners assumed web-0.rules, Istio sidecar',
    );
    expect(out).toContain('note: IPv6 is not checked: the pod has no IPv6 address and no IPv6 rules');
    expect(out).not.toContain('were given');
  });

  it('a pod with both, and rules of one', async () => {
    const dual = fakeCluster({ pods: [{ at: 'default/web-0', rules: SIDECAR, ips: ['10.244.1.7', 'fd00::7'] }] });
    const { code, out } = await dual.plugin('web-0', 'verify', '--only', 'outbound-captured', '-q');
    expect([code, out]).toEqual([1, expect.stringContaining('error: outbound-captured (IPv6)')]);
  });
});
