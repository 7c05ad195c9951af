/** What a running pod, or a gateway, says of itself counts before what is usual. */
import { describe, expect, it } from 'vitest';
import type { EnrolReport } from '../../src/report/json/enrol.ts';
import type { Trace } from '../../src/report/json/trace.ts';
import { chainwalk } from './memoryIo.ts';

interface PodFields {
  readonly annotations?: string;
  readonly labels?: string;
  readonly init?: string;
  readonly containers?: string;
  readonly ips?: readonly string[];
}

const STATUS = "sidecar.istio.io/status: '{}'";
const MULTUS = 'k8s.v1.cni.cncf.io/networks: default/istio-cni';

function podOf({ annotations = '', labels = '', init = '[]', containers = '[{name: app}]', ips = [] }: PodFields): string {
  const status = ips.length === 0 ? '' : `status: {podIPs: [${ips.map((ip) => `{ip: "${ip}"}`).join(', ')}]}\n`;
  return `kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
kind: Pod
metadata: {name: a, namespace: shop, labels: {${labels}}, annotations: {${annotations}}}
spec: {initContainers: ${init}, containers: ${containers}}
${status}`;
}

const PROXY = '[{name: app}, {name: istio-proxy, image: "docker.io/istio/proxyv2:1.24.3-distroless"}]';

async function enrol(text: string, ...options: readonly string[]) {
  const { out, code } = await chainwalk(['enrol', 'a.yaml', '--json', ...options], { files: { 'a.yaml': text } });
  const [pod] = (JSON.parse(out) as EnrolReport).pods;
  if (pod === undefined) throw new Error('no pod');
  return { ...pod, code };
}

async function trace(text: string, packet: string, ...options: readonly string[]) {
  const { out, code, err } = await chainwalk(['trace', 'a.yaml', packet, '--json', ...options], { files: { 'a.yaml': text } });
  expect(err).not.toContain('error');
  return { ...(JSON.parse(out) as Trace), code };
}

describe('the mode of a pod', () => {
  it.each([
    ['istio-init', { annotations: STATUS, init: '[{name: istio-init}]', containers: PROXY }, 'istio-init'],
    ['istio-validation', { annotations: STATUS, init: '[{name: istio-validation}]', containers: PROXY }, 'the CNI plugin'],
    [
      'and the network',
      { annotations: `${STATUS}, ${MULTUS}`, init: '[{name: istio-validation}]', containers: PROXY },
      'the CNI plugin, called by Multus',
    ],
    [
      'another network',
      { annotations: `${STATUS}, k8s.v1.cni.cncf.io/networks: my-istio-cni-2`, init: '[{name: istio-validation}]', containers: PROXY },
      'the CNI plugin',
    ],
    ['ambient', { annotations: 'ambient.istio.io/redirection: enabled', labels: 'istio.io/dataplane-mode: ambient' }, null],
    ['not injected', {}, 'istio-init'],
  ] as const)('%s', async (_, fields, by) => {
    expect((await enrol(podOf(fields))).by).toBe(by);
  });

  it('an option goes over it, and what is not given is said', async () => {
    const live = podOf({ annotations: STATUS, init: '[{name: istio-validation}]', containers: PROXY });
    expect((await enrol(live, '--mode', 'init')).verdict).toBe('skipped');
    expect((await enrol(live)).assumptions).toEqual([
      'the CNI plugin writes the rules, as the pod has a container istio-validation; --mode says otherwise',
      'the rules are those of Istio 1.24, as the image of istio-proxy is; --istio says otherwise',
      'the pod is assumed to have IPv4 addresses only; --pod-ip says otherwise',
    ]);
    const said = await enrol(live, '--mode', 'cni', '--istio', '1.25');
    expect(said.assumptions).toEqual(['the pod is assumed to have IPv4 addresses only; --pod-ip says otherwise']);
    expect((await enrol(podOf({ ips: ['10.1.2.3'] }))).assumptions).toEqual([
      'istio-init writes the rules, those of Istio 1.31; --mode or --istio says otherwise',
    ]);
  });

  it('a pod of an ambient namespace is asked about ambient', async () => {
    const text = podOf({}).replace('istio-injection: enabled', 'istio.io/dataplane-mode: ambient');
    expect((await enrol(text)).by).toBe('the ambient node agent');
    expect((await enrol(text, '--mode', 'init')).by).toBeNull();
  });
});

it('enrol says what each init container finds, and why', async () => {
  const found = await enrol(podOf({ init: '[{name: early}]' }), '--mode', 'cni', '--kubernetes', '1.32');
  expect(found).toMatchObject({
    initContainers: [{ name: 'early', phase: 'without-proxy' }],
    nativeSidecar: {
      native: false,
      because: 'Istio 1.31 on Kubernetes 1.32; on 1.33 it would be a native sidecar',
      file: null,
    },
  });
  const { out } = await chainwalk(['enrol', 'a.yaml', '--kubernetes', '1.28'], {
    files: { 'a.yaml': podOf({ annotations: 'sidecar.istio.io/nativeSidecar: "true"', init: '[{name: early}]' }) },
  });
  expect(out).toContain('the proxy is a native sidecar: annotation sidecar.istio.io/nativeSidecar');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('Kubernetes 1.28 knows no native sidecars: the init container istio-proxy never ends');
});

it('OpenShift gives a container istio-proxy the user of the application, which Istio before 1.24 takes over', async () => {
  const text = podOf({ containers: '[{name: istio-proxy, image: auto}, {name: app}]' }).replace(
    'labels: {istio-injection: enabled}',
    'labels: {istio-injection: enabled}, annotations: {openshift.io/sa.scc.uid-range: 1000740000/10000}',
  );
  const found = async (...options: readonly string[]) =>
    (await enrol(text, '--mode', 'multus', ...options)).findings.map(({ message }) => message);
  expect(await found('--istio', '1.22')).toEqual([
    "OpenShift gives istio-proxy the user 1000740000 of container `app` before injection, and Istio 1.22 takes it for the proxy's: what the application sends is not captured",
  ]);
  expect(await found()).toEqual([]);
});

it('Knative names containers that have no name', async () => {
  const text = `kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello, namespace: shop}
spec: {template: {spec: {containers: [{image: a}]}}}
`;
  expect((await enrol(text)).verdict).toBe('captured');
});

describe('gateways', () => {
  const gateway = podOf({
    annotations: 'inject.istio.io/templates: gateway, sidecar.istio.io/inject: "true"',
    containers: '[{name: istio-proxy, image: auto}]',
  });
  it.each([[[]], [['--mode', 'ambient']], [['--mode', 'cni']]])('are meant to have no rules: %j', async (options) => {
    expect(await enrol(gateway, ...options)).toMatchObject({ verdict: 'skipped', findings: [], code: 0 });
    const { code } = await chainwalk(['verify', 'a.yaml', ...options], { files: { 'a.yaml': gateway } });
    expect(code).toBe(0);
    expect(await trace(gateway, 'out tcp -> 203.0.113.9:443', ...options)).toMatchObject({ outcome: 'direct', code: 0 });
  });

  it('a sidecar template among them is one', async () => {
    const both = gateway.replace('templates: gateway', 'templates: "sidecar,gateway"');
    expect((await enrol(both)).verdict).toBe('captured');
  });
});

describe('families', () => {
  const dual = podOf({ ips: ['10.7.0.9', 'fd00:1:2::45'] });
  const six = podOf({ ips: ['fd00:1:2::44'] });
  const four = podOf({ ips: ['10.7.0.9'] });
  const asked = (text: string) =>
    text.replace('annotations: {', `annotations: {proxy.istio.io/config: 'proxyMetadata: {ISTIO_DUAL_STACK: "true"}'`);

  it.each([
    ['dual stack, nothing set', dual, 'out tcp -> [2001:db8::1]:443', 'direct', 'ISTIO_DUAL_STACK is not true'],
    ['dual stack, in', dual, 'in tcp -> [fd00:1:2::45]:8080', 'to-app', 'ISTIO_DUAL_STACK is not true'],
    ['dual stack, set', asked(dual), 'out tcp -> [2001:db8::1]:443', 'captured-out', undefined],
    ['dual stack, IPv4', dual, 'out tcp -> 203.0.113.9:443', 'captured-out', undefined],
    ['IPv6 only', six, 'out tcp -> [2001:db8::1]:443', 'captured-out', undefined],
    ['IPv6 only, IPv4', six, 'out tcp -> 203.0.113.9:443', 'lost', 'the pod has no IPv4 address'],
    ['IPv4 only, IPv6', four, 'out tcp -> [2001:db8::1]:443', 'lost', 'the pod has no IPv6 address'],
    ['not known', podOf({}), 'out tcp -> [2001:db8::1]:443', 'direct', 'assumed to have IPv4 addresses only'],
  ] as const)('%s', async (_, text, packet, outcome, because) => {
    const found = await trace(text, packet);
    expect([found.code, found.outcome]).toEqual([0, outcome]);
    if (because === undefined) expect(found.because).toBeUndefined();
    else expect(found.because).toContain(because);
  });

  it('a plugin that does not read the variable is named', async () => {
    const { because } = await trace(asked(dual), 'out tcp -> [2001:db8::1]:443', '--mode', 'cni', '--istio', '1.19');
    expect(because).toContain('the CNI plugin of Istio 1.19 does not read ISTIO_DUAL_STACK');
  });

  it('verify checks the families of its addresses', async () => {
    const { out } = await chainwalk(['verify', 'a.yaml', '-v', '--only', 'outbound-captured'], { files: { 'a.yaml': six } });
    expect(out).toContain('the claim holds for first packets of connections over IPv6');
    expect(out).toContain('the pod has no IPv4 address: IPv4 is not checked');
  });

  it('the phase is said where init containers are asked about', async () => {
    const { notes } = await trace(podOf({ init: '[{name: early}]' }), 'out tcp -> 10.0.9.9:80', '--phase', 'init');
    expect(notes).toEqual([
      'checked while init containers run: the rules are there, and the proxy listens',
      'the proxy is a native sidecar: Istio 1.31 on Kubernetes 1.33',
    ]);
    const stays = '[{name: early}, {name: istio-proxy, restartPolicy: Always}, {name: late}]';
    const ordered = await trace(podOf({ annotations: STATUS, init: stays }), 'out tcp -> 10.0.9.9:80', '--phase', 'init', '--mode', 'cni');
    expect(ordered.outcome).toBe('refused');
    expect(ordered.notes?.at(-1)).toBe('init container late: the rules are there, and the proxy listens');
  });
});

it('a gateway that runs promises nothing either', async () => {
  const text = `apiVersion: v1
kind: Pod
metadata: {name: gw, annotations: {inject.istio.io/templates: gateway, sidecar.istio.io/status: '{"containers":["istio-proxy"]}'}}
spec: {containers: [{name: istio-proxy, image: istio/proxyv2:1.24.1, args: [proxy, router]}]}
`;
  for (const mode of ['init', 'cni']) {
    const { code, out } = await chainwalk(['verify', 'a.yaml', '--mode', mode], { files: { 'a.yaml': text } });
    expect(code).toBe(0);
    expect(out).not.toContain('NOT CAPTURED');
  }
});
