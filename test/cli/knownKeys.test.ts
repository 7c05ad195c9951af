/** Words for Istio that are not read: named by every command and in every format, with what was meant and where it works. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const MANIFEST = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled, istio.io/dataplane-mod: ambient}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    traffic.sidecar.istio.io/excludeOutboundPorts: "5432"
spec:
  template:
    metadata:
      labels: {app: web}
      annotations:
        proxy.istio.io/config: |
          proxyMetaData: {}
          proxyMetadata:
            ISTIO_META_DNS_CAPTUR: "true"
    spec:
      containers: [{name: web}]
`;
const files = { 'a.yaml': MANIFEST };
/** Place, what is wrong, and what to do. */
const OF_POD = [
  ['a.yaml:11', 'annotation `traffic.sidecar.istio.io/excludeOutboundPorts` does nothing on a Deployment', 'pod template'],
  ['a.yaml:18', 'ProxyConfig has no field `proxyMetaData`', 'did you mean `proxyMetadata`?'],
  ['a.yaml:20', '`ISTIO_META_DNS_CAPTUR` is metadata of the proxy that is not read', 'did you mean `ISTIO_META_DNS_CAPTURE`?'],
] as const;
const OF_NAMESPACE = ['a.yaml:3', 'Istio knows no label `istio.io/dataplane-mod`', 'did you mean `istio.io/dataplane-mode`?'] as const;

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('what is not read', () => {
  it.each([
    ['enrol', ['enrol', 'a.yaml'], 'out'],
    ['verify', ['verify', 'a.yaml', '--only', 'known-key'], 'out'],
    ['trace', ['trace', 'a.yaml', 'out tcp -> 203.0.113.9:443'], 'err'],
    ['render', ['render', '--pod', 'a.yaml'], 'err'],
    ['diff', ['diff', 'a.yaml', 'a.yaml'], 'err'],
  ] as const)('%s', async (_, argv, stream) => {
    const result = await chainwalk(argv, { files });
    const text = flat(result[stream]);
    for (const [place, what, help] of OF_POD) for (const part of [place, what, help]) expect(text).toContain(part);
    for (const part of OF_NAMESPACE) expect(flat(result.err)).toContain(part);
    expect(result.code).toBe(0);
    expect((await chainwalk([...argv, '--strict'], { files })).code).toBe(1);
  });

  it.each(['github', 'sarif', 'junit', 'markdown', 'json'])('ci -o %s', async (format) => {
    const config = { 'chainwalk.config.yaml': 'groups: [{files: a.yaml}]\nclaims: {only: [known-key]}\n' };
    const { out } = await chainwalk(['ci', '-o', format], { files: { ...files, ...config } });
    // each has its own way with backticks and first letters
    const plain = (text: string) =>
      flat(text)
        .replaceAll(/[\\`']/g, '')
        .toLowerCase();
    for (const [, what] of [...OF_POD, OF_NAMESPACE]) expect(plain(out)).toContain(plain(what));
  });

  it.each([
    ['spec: {template: {annotations: {KEY: x}, metadata: {}, spec: SPEC}}', 'template.annotations', 'Deployment'],
    ['spec: {template: {metadata: {annotation: {KEY: x}}, spec: SPEC}}', 'template.metadata.annotation', 'Deployment'],
    ['spec: {template: {metadata: {KEY: x}, spec: SPEC}}', 'template.metadata', 'Deployment'],
    ['spec: {annotations: {KEY: x}, template: {metadata: {}, spec: SPEC}}', 'spec.annotations', 'Deployment'],
    ['annotations: {KEY: x}\nspec: SPEC', 'annotations', 'Pod'],
  ])('%s', async (text, where, kind) => {
    const key = 'traffic.sidecar.istio.io/excludeOutboundPorts';
    const spec = `{nodeSelector: {istio.io/rev: x}, containers: [{name: a}]}`;
    const manifest = `kind: ${kind}\n${text.replace('KEY', key).replace('SPEC', spec)}\nmetadata: {name: a}\n`;
    const { out } = await chainwalk(['enrol', 'a.yaml'], { files: { 'a.yaml': manifest } });
    expect(flat(out)).toContain(`\`${key}\` stands in \`${where}\`, where it is not read`);
    expect(flat(out)).toContain('it belongs to `metadata.annotations` of pods');
    expect(out.match(/known-key/g)).toHaveLength(1);
  });

  it('an annotation of one side of a comparison', async () => {
    const { err } = await chainwalk(['diff', 'a.yaml', 'a.yaml', '--head-annotation', 'sidecar.istio.io/interceptionmode=TPROXY'], {
      files,
    });
    expect(err).toContain('did you mean `sidecar.istio.io/interceptionMode`?');
  });

  it('annotations that values give to pods', async () => {
    const values =
      'sidecarInjectorWebhook: {injectedAnnotations: {traffic.sidecar.istio.io/excludeOutboundPort: "5432"}}\npilot: {podLabels: {sidecar.istio.io/inject: "false"}}\n';
    const { err } = await chainwalk(['enrol', 'a.yaml', '--values', 'v.yaml'], { files: { ...files, 'v.yaml': values } });
    expect(err).toContain('v.yaml:1:48: warning: Istio knows no annotation `traffic.sidecar.istio.io/excludeOutboundPort`: it is not read');
    expect(err.match(/v\.yaml:/g)).toHaveLength(1);
  });

  it('can be accepted with a reason', async () => {
    const accepted = MANIFEST.replace(
      '    traffic',
      '    # chainwalk-disable-next-line known-key -- read by a controller of ours\n    traffic',
    );
    const { out } = await chainwalk(['verify', 'a.yaml', '--only', 'known-key'], { files: { 'a.yaml': accepted } });
    expect(out).toContain('suppressed: known-key a.yaml:12: read by a controller of ours');
  });
});

describe('what Istio refuses', () => {
  it.each([
    ['proxyMetadata: {ISTIO_META_DNS_CAPTURE: true}', '`ISTIO_META_DNS_CAPTURE` has to be a string, not `true`, a boolean'],
    ['proxyMetadata: [ISTIO_META_DNS_CAPTURE]', '`proxyMetadata` has to be a map, not a list'],
    ['interceptionMode: tproxy', '`interceptionMode` has to be REDIRECT, TPROXY or NONE, not `tproxy`'],
    ['holdApplicationUntilProxyStarts: "true"', '`holdApplicationUntilProxyStarts` has to be true or false without quotes'],
  ])('%s', async (config, message) => {
    const pod = `kind: Pod\nmetadata: {name: a, annotations: {proxy.istio.io/config: '${config}'}}\nspec: {containers: [{name: a}]}\n`;
    const { code, out, err } = await chainwalk(['enrol', 'a.yaml'], { files: { 'a.yaml': pod } });
    expect(err).toContain(`error: annotation proxy.istio.io/config: ${message}`);
    expect(out).toContain('DOES NOT START: annotations-valid');
    expect(code).toBe(2);
  });

  it('a field by its other name counts', async () => {
    const pod = `kind: Pod\nmetadata: {name: a, annotations: {proxy.istio.io/config: 'interception_mode: TPROXY'}}\nspec: {containers: [{name: a}]}\n`;
    const { out } = await chainwalk(['enrol', 'a.yaml', '--strict'], { files: { 'a.yaml': pod } });
    expect(out).toContain('--istio-inbound-interception-mode TPROXY');
    expect(out).not.toContain('known-key');
  });
});

describe('what others write', () => {
  it('is nothing to speak of', async () => {
    const labels =
      'app: web, app.kubernetes.io/part-of: istio, istio.io/rev: default, topology.istio.io/network: n1, security.istio.io/tlsMode: istio';
    const both = `{labels: {${labels}, service.istio.io/canonical-name: web}, annotations: {sidecar.istio.io/status: '{}', istio.io/rev: default, kubectl.kubernetes.io/default-container: web, prometheus.io/scrape: 'true'}}`;
    const text = `kind: List
items:
  - kind: Namespace
    metadata: {name: shop, labels: {istio.io/rev: default, istio.io/use-waypoint: w, topology.istio.io/network: n1}}
  - kind: Service
    metadata: {name: web, labels: {istio.io/global: 'true'}, annotations: {networking.istio.io/exportTo: '.'}}
  - kind: Gateway
    metadata: {name: w, labels: {istio.io/waypoint-for: service}, annotations: {networking.istio.io/service-type: ClusterIP}}
  - kind: Kafka
    metadata: {name: k, annotations: {sidecar.istio.io/inject: 'false'}}
  - kind: Deployment
    metadata: {name: istiod, labels: {operator.istio.io/component: Pilot, istio.io/rev: default, install.operator.istio.io/owning-resource: unknown}}
    spec: {template: {metadata: {labels: {sidecar.istio.io/inject: 'false', istio.io/dataplane-mode: none}}, spec: {containers: [{name: d}]}}}
  - kind: Deployment
    metadata: {name: web, labels: {${labels}}}
    spec: {template: {metadata: ${both}, spec: {containers: [{name: web}, {name: istio-proxy, args: [proxy, sidecar], env: [{name: ISTIO_META_OWNER, value: x}, {name: GOMAXPROCS, value: '2'}]}]}}}
`;
    const { out, err } = await chainwalk(['enrol', 'a.yaml', '--mode', 'cni'], { files: { 'a.yaml': text } });
    expect(err).toBe('');
    expect(out).not.toContain('known-key');
  });
});
