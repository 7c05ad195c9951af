/** What a pod's rules and packets follow from beside its manifest: name servers, interfaces that annotations name; and `find` in it. */
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/kubernetes/index.ts';
import type { FindReport } from '../../src/report/json/find.ts';
import type { Trace } from '../../src/report/json/trace.ts';
import { chainwalk } from './memoryIo.ts';

const DNS = `proxy.istio.io/config: 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}'`;

function podOf(annotations: string, spec = ''): string {
  return `kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
kind: Pod
metadata: {name: a, namespace: shop, annotations: {${annotations}}}
spec: {containers: [{name: app}]${spec}}
`;
}

const SERVICE = (name: string, namespace: string, ip: string, labels = '') =>
  `---\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}\nspec: {clusterIP: ${ip}, clusterIPs: [${ip}]}\n`;
const KUBELET = (ip: string) => `---\nkind: KubeletConfiguration\nclusterDNS: [${ip}]\n`;
const CONFIG_MAP = (ip: string) =>
  `---\nkind: ConfigMap\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata: {kubelet: "clusterDNS: [${ip}]\\nkind: KubeletConfiguration\\n"}\n`;

async function trace(text: string, packet: string, ...options: readonly string[]) {
  const { out, code, err } = await chainwalk(['trace', 'a.yaml', packet, '--json', ...options], {
    files: { 'a.yaml': text, 'values.yaml': 'global: {platform: openshift}\npilot: {cni: {enabled: false, provider: default}}\n' },
  });
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Trace;
}

describe('name servers', () => {
  const about = ({ assumptions }: Trace) => assumptions.filter((one) => one.about === 'resolver').map(({ says }) => says);

  it.each([
    ['kube-dns', podOf(DNS) + SERVICE('kube-dns', 'kube-system', '10.0.0.10'), [], '10.0.0.10'],
    ['by label', podOf(DNS) + SERVICE('dns', 'kube-system', '10.0.0.10', 'k8s-app: kube-dns'), [], '10.0.0.10'],
    ['of OpenShift', podOf(DNS) + SERVICE('dns-default', 'openshift-dns', '172.30.0.10'), [], '172.30.0.10'],
    ['of the kubelet', podOf(DNS) + KUBELET('169.254.20.10'), [], '169.254.20.10'],
    ['which counts more', podOf(DNS) + SERVICE('kube-dns', 'kube-system', '10.0.0.10') + KUBELET('169.254.20.10'), [], '169.254.20.10'],
    ['of the ConfigMap of kubeadm', podOf(DNS) + CONFIG_MAP('10.1.0.10'), [], '10.1.0.10'],
    ['as an option says', podOf(DNS) + SERVICE('kube-dns', 'kube-system', '10.0.0.10'), ['--nameserver', '10.9.9.9'], '10.9.9.9'],
    ['of dnsConfig', podOf(DNS, ', dnsPolicy: None, dnsConfig: {nameservers: [10.8.8.8]}'), [], '10.8.8.8'],
  ])('%s', async (_, text, options, server) => {
    const asked = await trace(text, `out udp -> ${server}:53`, ...options);
    expect(asked.outcome).toBe('dns');
    expect(about(asked)).toEqual([]);
    expect((await trace(text, 'out udp -> 10.96.0.10:53', ...options)).outcome).toBe('direct');
  });

  it('others of the same name are not the resolver', async () => {
    const text =
      podOf(DNS) + SERVICE('kube-dns', 'shop', '10.0.0.10') + SERVICE('kube-dns-upstream', 'kube-system', '10.0.0.11', 'k8s-app: kube-dns');
    expect(about(await trace(text, 'out udp -> 10.0.0.10:53'))).toEqual(["the pod's resolver is assumed to be 10.96.0.10"]);
  });

  it('what is taken is said: as an assumption, or with its place', async () => {
    expect(about(await trace(podOf(DNS), 'out udp -> 10.96.0.10:53'))).toEqual(["the pod's resolver is assumed to be 10.96.0.10"]);
    expect(about(await trace(podOf(''), 'out udp -> 10.96.0.10:53'))).toEqual([]);
    const { notes } = await trace(podOf(DNS) + KUBELET('169.254.20.10'), 'out udp -> 10.96.0.10:53');
    expect(notes).toEqual(["the pod's resolver is 169.254.20.10 (a.yaml:9)"]);
    const onNode = await trace(podOf(DNS, ', dnsPolicy: Default'), 'out udp -> 10.96.0.10:53');
    expect(about(onNode)).toEqual(["the pod's resolver, which is its node's (dnsPolicy Default), is assumed to be 10.96.0.10"]);
  });

  it('a platform has a range of its own for Services', async () => {
    const asked = await trace(podOf(DNS), 'out udp -> 172.30.0.10:53', '--values', 'values.yaml');
    expect([asked.outcome, about(asked)]).toEqual(['dns', ["the pod's resolver is assumed to be 172.30.0.10"]]);
  });

  it.each(['render', 'enrol', 'verify', 'approaches', 'find'])('%s takes the option', async (command) => {
    const argv = {
      render: ['render', '--pod', 'a.yaml'],
      enrol: ['enrol', 'a.yaml'],
      verify: ['verify', 'a.yaml', '--only', 'dns-captured'],
      approaches: ['approaches', 'a.yaml'],
      find: ['find', 'a.yaml', '--outcome', 'dns', '--where', 'out udp -> 10.9.9.9:53 uid=1000'],
    }[command] as readonly string[];
    const files = { 'a.yaml': podOf(DNS) };
    const { out, err } = await chainwalk([...argv, '--nameserver', '10.9.9.9'], { files });
    expect(err).toBe('');
    expect(out).not.toContain('10.96.0.10');
    const { code } = await chainwalk([...argv, '--nameserver', 'kube-dns'], { files });
    expect(code).toBe(2);
  });

  it('rules have no such option', async () => {
    const files = { 'a.rules': '*nat\n-A OUTPUT -j RETURN\nCOMMIT\n' };
    for (const option of [
      ['--nameserver', '10.9.9.9'],
      ['--kubernetes', '1.32'],
    ]) {
      const { code, err } = await chainwalk(['trace', 'a.rules', 'out tcp -> 10.0.0.9:80', ...option], { files });
      expect([code, err]).toEqual([2, expect.stringContaining(`${option[0]} is for manifests`)]);
    }
  });

  it('the library takes them', () => {
    const [pod] = readManifests(podOf(DNS), { nameservers: ['10.9.9.9'], kubernetes: '1.32' }).pods;
    expect(pod?.rendered?.v4).toContain('10.9.9.9/32');
    expect(() => readManifests(podOf(DNS), { nameservers: ['kube-dns'] })).toThrow('not an address');
  });
});

describe('interfaces that annotations name', () => {
  const guests = podOf(`traffic.sidecar.istio.io/kubevirtInterfaces: docker0, ${DNS}`);

  it.each([
    ['in udp 172.17.0.2 -> 10.96.0.10:53 iif=docker0', 'forwarded'],
    ['in tcp 172.17.0.2 -> 240.240.15.240:443 iif=docker0', 'captured-out'],
  ])('%s: %s', async (packet, outcome) => {
    const { outcome: found, assumptions } = await trace(guests, packet);
    expect(found).toBe(outcome);
    expect(assumptions.find(({ about }) => about === 'interface')?.says).toBe(
      'the pod has the interface docker0 with 172.17.0.1/16, as annotation traffic.sidecar.istio.io/kubevirtInterfaces names it, and passes on what its guests send (ip_forward)',
    );
  });

  it('find takes it to be there, too', async () => {
    const argv = ['find', 'a.yaml', '--json', '--where', 'in udp 172.17.0.2 -> 10.96.0.10:53 iif=docker0', '--outcome', 'dns'];
    const { out, code } = await chainwalk(argv, { files: { 'a.yaml': guests } });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ answer: 'none' });
    expect((JSON.parse(out) as FindReport).assumptions.map(({ about }) => about)).toContain('interface');
  });

  it('an excluded one has no guests', async () => {
    const text = podOf('traffic.sidecar.istio.io/excludeInterfaces: net1');
    const { outcome, assumptions } = await trace(text, 'in tcp 192.0.2.9 -> 198.51.100.129:80 iif=net1');
    expect(outcome).toBe('to-app');
    expect(assumptions.map(({ says }) => says).join()).not.toContain('ip_forward');
  });

  it('one that is not named is not there', async () => {
    const { code, err } = await chainwalk(['trace', 'a.yaml', 'in tcp -> 10.0.0.9:80 iif=docker1'], { files: { 'a.yaml': guests } });
    expect([code, err]).toEqual([2, expect.stringContaining('the host has no interface `docker1`')]);
  });
});

describe('find in manifests', () => {
  async function find(text: string, ...argv: readonly string[]) {
    const { out, code, err } = await chainwalk(['find', 'a.yaml', '--json', ...argv], { files: { 'a.yaml': text } });
    return { code, err, report: out === '' ? undefined : (JSON.parse(out) as FindReport) };
  }
  const ranges = podOf('traffic.sidecar.istio.io/includeOutboundIPRanges: 10.0.0.0/24');

  it('some, and none as a proof', async () => {
    const some = await find(ranges, '--where', 'out tcp -> 240.240.0.0/16 uid=!1337 gid=!1337', '--outcome', 'direct');
    expect([some.code, some.report?.answer]).toEqual([1, 'some']);
    const none = await find(ranges, '--where', 'out tcp 10.244.0.5 -> 10.0.0.0/24 uid=1000 gid=1000 flags=S', '--outcome', 'direct');
    expect([none.code, none.report?.answer]).toEqual([0, 'none']);
    expect(none.report?.assumptions.map(({ about }) => about)).toEqual(['pod-address', 'mode', 'version']);
  });

  it('in the families and at the addresses of the pod', async () => {
    const text = `${ranges.trimEnd()}\nstatus: {podIPs: [{ip: 10.7.0.9}, {ip: "fd00:1:2::45"}]}\n`;
    const { report } = await find(text, '--where', 'out tcp -> 2001:db8::/32 uid=1000 gid=1000', '--outcome', 'direct');
    expect(report).toMatchObject({ answer: 'some', families: ['ipv4', 'ipv6'] });
    expect(report?.example).toMatchObject({ src: 'fd00:1:2::45' });
  });

  it('while init containers run', async () => {
    const argv = [
      '--where',
      'out tcp 10.244.0.5 -> 10.0.9.0/24 uid=100 gid=100 flags=S',
      '--outcome',
      'refused',
      '--phase',
      'init',
      '--mode',
      'cni',
    ];
    expect((await find(podOf(''), ...argv, '--kubernetes', '1.32')).report?.answer).toBe('some');
    expect((await find(podOf(''), ...argv)).report?.answer).toBe('none');
  });

  it('one pod at a time, which has to be captured', async () => {
    const two = `${podOf('')}---\nkind: Pod\nmetadata: {name: b, namespace: shop}\nspec: {containers: [{name: app}]}\n`;
    expect(await find(two, '--outcome', 'loop')).toMatchObject({ code: 2, err: expect.stringContaining('--pod NAME says which') });
    expect((await find(two, '--outcome', 'loop', '--pod', 'b')).code).toBe(0);
    const outside = podOf('sidecar.istio.io/inject: "false"').replace('[{name: app}]', '[{name: app}, {name: istio-proxy}]');
    expect(await find(outside, '--outcome', 'loop')).toMatchObject({ code: 1, err: expect.stringContaining('NOT CAPTURED') });
  });
});

describe('what Multus wrote on a running pod', () => {
  const status = (list: readonly object[]) => `k8s.v1.cni.cncf.io/network-status: '${JSON.stringify(list)}'`;
  const eth0 = { name: 'cbr0', interface: 'eth0', ips: ['10.42.3.17'], default: true };
  const asking = (...list: readonly object[]) => podOf(`k8s.v1.cni.cncf.io/networks: 'media/lan, media/lan', ${status([eth0, ...list])}`);

  it('interfaces and addresses are those of the status', async () => {
    const text = asking(
      { name: 'media/lan', interface: 'lan0', ips: ['192.168.20.44'] },
      { name: 'media/lan', interface: 'lan1', ips: ['192.168.21.44'] },
    );
    expect((await trace(text, 'in tcp 192.168.20.9 -> 192.168.20.44:80 iif=lan0')).outcome).toBe('captured-in');
    expect((await trace(text, 'in tcp 192.168.21.9 -> 192.168.21.44:80 iif=lan1')).outcome).toBe('captured-in');
    const out = await trace(text, 'out tcp -> 203.0.113.9:443');
    expect([out.packet.src, out.legs.at(-1)?.fate]).toEqual(['10.42.3.17', { kind: 'sent', oif: 'eth0' }]);
    expect(out.assumptions.map(({ about }) => about)).not.toContain('pod-address');
  });

  it('a gateway is that of the default route', async () => {
    const text = asking({ name: 'media/lan', interface: 'lan0', ips: ['192.168.20.44'], gateway: ['192.168.20.1'] });
    expect((await trace(text, 'out tcp -> 203.0.113.9:443 uid=1337')).legs.at(-1)?.fate).toEqual({ kind: 'sent', oif: 'lan0' });
  });

  it.each(['no JSON', '{}', '[1, null]'])('%s says nothing', async (text) => {
    const pod = podOf(`k8s.v1.cni.cncf.io/network-status: '${text}'`);
    expect((await trace(pod, 'out tcp -> 203.0.113.9:443')).outcome).toBe('captured-out');
  });

  it('podIP alone is an address too', async () => {
    const text = `${podOf('').trimEnd()}\nstatus: {podIP: 10.9.8.7}\n`;
    expect((await trace(text, 'out tcp -> 203.0.113.9:443')).packet.src).toBe('10.9.8.7');
  });
});

it('the library gives the host with the addresses of the pod', () => {
  const text = `${podOf('').trimEnd()}\nstatus: {podIPs: [{ip: 10.7.3.9}]}\n`;
  const [pod] = readManifests(text).pods;
  expect(pod?.host.interfaces.find(({ name }) => name === 'eth0')?.addresses).toEqual(['10.7.3.9/24']);
  expect(pod?.host.routes).toEqual(['default via 10.7.3.1 dev eth0']);
});
