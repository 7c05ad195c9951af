/** What a failure scenario sets: a manifest, or rules and the host around them; and what `chainwalk` takes of it. */
import { render } from '../../../src/api/library/index.ts';
import { rulesText } from '../../../src/istio/render/rulesText.ts';
import { PRESETS } from '../../../src/istio/settings/presets.ts';
import { readFixture } from '../../support/fixtures.ts';

export interface ManifestSetup {
  readonly pod: PodFields;
  readonly values?: string;
  readonly options?: readonly string[];
}

interface PodFields {
  readonly annotations?: Readonly<Record<string, string>>;
  /** security context of the application */
  readonly app?: string;
  /** arguments of istio-init, in a pod that was injected */
  readonly args?: string;
  /** user and group of istio-proxy */
  readonly proxy?: readonly [uid: number, gid: number];
  readonly spec?: string;
  readonly status?: string;
}

/** What istio-init writes for a pod without settings of its own else, or a fixture with its host; edited. */
export interface RulesSetup {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly fixture?: string;
  /** each has to change the text */
  readonly edit?: readonly (readonly [from: string | RegExp, to: string])[];
  /** of a host description, over the pod's or the fixture's */
  readonly host?: Readonly<Record<string, unknown>>;
  readonly options?: readonly string[];
}

export const T = 'traffic.sidecar.istio.io';
export const DNS = 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}';
export const ARGS = '-p, "15001", -z, "15006", -i, "*", -b, "*"';

export function manifestOf({ annotations = {}, app = '{runAsUser: 1000}', args, proxy, spec = '', status = '' }: PodFields): string {
  const injected = args === undefined ? {} : { 'sidecar.istio.io/status': '{}' };
  const ids = proxy === undefined ? '' : `, securityContext: {runAsUser: ${proxy[0]}, runAsGroup: ${proxy[1]}}`;
  const sidecar = args === undefined && proxy === undefined ? '' : `, {name: istio-proxy, args: [proxy, sidecar]${ids}}`;
  return `kind: Pod
metadata: {name: a, namespace: s, annotations: ${JSON.stringify({ ...annotations, ...injected })}}
spec:
  containers: [{name: a, securityContext: ${app}}${sidecar}]
  ${args === undefined ? '' : `initContainers: [{name: istio-init, args: [istio-iptables, ${args}]}]`}
  ${spec}
${status}
`;
}

export interface RulesWorld {
  readonly text: string;
  /** as `--host` takes it */
  readonly host: Readonly<Record<string, unknown>>;
}

export function rulesWorld({ settings = {}, fixture, edit = [], host = {} }: RulesSetup): RulesWorld {
  const given = readFixture(fixture ?? 'istio-sidecar');
  const text = fixture === undefined ? rulesText(render(settings, { args: PRESETS.init ?? [] })) : given.text;
  const edited = edit.reduce((all, [from, to]) => {
    const next = all.replace(from, to);
    if (next === all) throw new Error(`\`${String(from)}\` changes nothing`);
    return next;
  }, text);
  return { text: edited, host: { ...(given.host as object), ...host } };
}

export function podWith({ lo }: { readonly lo: readonly string[] }): readonly unknown[] {
  return [
    { name: 'lo', addresses: lo },
    { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] },
  ];
}

/** A forwarder on localhost, which is the agent's first resolver. */
export const DNSMASQ = { processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 }, dnsmasq: { uid: 99, gid: 99 } } };
export function dnsmasq(forwards: string): readonly unknown[] {
  const at = (process: string, port: number, more: object) =>
    ['tcp', 'udp'].map((proto) => ({ proto, port, address: '127.0.0.1', process, ...more }));
  return [
    ...at('proxy', 15053, { forwards: '127.0.0.1:53' }),
    ...at('dnsmasq', 53, { forwards }),
    { proto: 'tcp', port: 15001, process: 'proxy' },
    { proto: 'tcp', port: 15006, process: 'proxy' },
    { proto: 'tcp', process: 'app' },
    { proto: 'udp', process: 'app' },
  ];
}

export const NODE = readFixture('istio-ambient-host').host as object;
