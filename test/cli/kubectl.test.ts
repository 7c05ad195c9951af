import { describe, expect, it } from 'vitest';
import type { Reply } from './fakeKubectl.ts';
import { AMBIENT, answers, cluster, GET, NO_PROGRAM, OUT, pod, SIDECAR, WEB } from './kubectlCluster.ts';

describe('kubectl chainwalk', { timeout: 60_000 }, () => {
  it('a sidecar: the proxy is asked, and its addresses, rules and routes count', async () => {
    const { code, out, err, calls } = await cluster(GET, ...answers()).plugin(['web-0', '-n', 'shop', 'trace', OUT]);
    expect(code).toBe(0);
    expect(out).toMatch(/^CAPTURED outbound -> proxy 127\.0\.0\.1:15001/);
    expect(out).toContain('out tcp 192.168.7.9:40000 -> 203.0.113.9:443');
    expect(out).toContain('web-0.rules:31');
    expect(err).toBe('note: queried container istio-proxy: the nft backend holds the rules, legacy holds none\n');
    expect(calls[0]).toEqual(['--namespace=shop', 'get', 'pod', 'web-0', '--output=json']);
    expect(calls[1]).toEqual(['--namespace=shop', 'exec', 'web-0', '--container=istio-proxy', '--', 'iptables-save']);
    expect(new Set(calls.map((call) => call.join(' '))).size).toBe(calls.length);
  });

  it('an annotation of the pod that Istio does not read is a warning of every command', async () => {
    const annotations = {
      'sidecar.istio.io/status': '{}',
      'istio.io/rev': 'default',
      'traffic.sidecar.istio.io/excludeOutboundPort': '443',
    };
    const labelled = pod({ containers: [{ name: 'app' }, { name: 'istio-proxy' }] }, { annotations });
    const kubectl = cluster({ ...GET, out: labelled }, ...answers());
    const { code, err } = await kubectl.plugin(['web-0', 'trace', OUT]);
    expect(code).toBe(0);
    expect(err).toContain('warning: Istio knows no annotation `traffic.sidecar.istio.io/excludeOutboundPort`: it is not read');
    expect(err).toContain('did you mean `traffic.sidecar.istio.io/excludeOutboundPorts`?');
    expect(err.match(/warning:/g)).toHaveLength(1);
    expect((await kubectl.plugin(['web-0', 'trace', OUT, '--strict'])).code).toBe(1);
  });

  it('without a command the promises of the mesh are verified; options stand anywhere', async () => {
    const { code, out, calls } = await cluster(GET, ...answers()).plugin(['pod/web-0', '--context=a b', '-nshop', '--kubeconfig', "it's"]);
    expect(code).toBe(0);
    expect(out).toContain('web-0.rules, Istio sidecar');
    expect(calls.every((call) => call.slice(0, 3).join('|') === "--namespace=shop|--context=a b|--kubeconfig=it's")).toBe(true);
    const [saved, ...others] = answers();
    const twice = { ...(saved as Reply), out: SIDECAR.replace(/^-A ISTIO_OUTPUT -d 127.*$/m, '$&\n$&') };
    const strict = await cluster(GET, twice, ...others).plugin([
      'web-0',
      'verify',
      '--only',
      'no-duplicate-rule',
      '--strict',
      '--json',
      '-q',
      '-n',
      'shop',
    ]);
    expect([strict.code, strict.err]).toEqual([1, '']);
    expect(JSON.parse(strict.out)).toMatchObject({ schema: 'chainwalk/verify/v1', summary: { violated: 1 } });
  });

  it('a pod with an IPv6 address and no IPv6 rules is not captured there, and that is said', async () => {
    const noIp = { when: '*"-- ip -"*', ...NO_PROGRAM };
    const both = WEB.replace('{"ip":"192.168.7.9"}', '{"ip":"192.168.7.9"},{"ip":"fd00::9"}');
    const { code, out } = await cluster({ ...GET, out: both }, noIp, ...answers()).plugin([
      'web-0',
      'verify',
      '--only',
      'outbound-captured',
    ]);
    expect([code, out]).toEqual([1, expect.stringContaining('error: outbound-captured (IPv6)')]);
    const none = { when: '*ip6tables*save', out: '' };
    const bare = await cluster({ ...GET, out: both }, noIp, none, ...answers()).plugin(['web-0', 'verify', '--only', 'outbound-captured']);
    expect([bare.code, bare.out]).toEqual([1, expect.stringContaining('error: outbound-captured (IPv6)')]);
  });

  it('the pod is the base of a diff, and --expect checks', async () => {
    const kubectl = cluster(GET, ...answers());
    expect((await kubectl.plugin(['web-0', 'diff', 'b'], { b: SIDECAR })).code).toBe(0);
    expect((await kubectl.plugin(['web-0', 'diff', 'b'], { b: AMBIENT })).code).toBe(1);
    expect((await kubectl.plugin(['web-0', 'trace', OUT, '--expect', 'direct'])).code).toBe(1);
    expect((await kubectl.plugin(['web-0', 'print'])).out).toContain('-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n');
    expect((await kubectl.plugin(['web-0', 'trace', '--', '-p', 'tcp', '-d', '203.0.113.9', '--dport', '443'])).code).toBe(0);
  });

  it('--save keeps what chainwalk reads, and says the same of it', async () => {
    const { written, out } = await cluster(GET, ...answers()).plugin(['web-0', '--save', 'kept/', 'print']);
    expect(Object.keys(written)).toEqual(['kept/web-0.rules', 'kept/web-0.host.json']);
    expect(written['kept/web-0.rules']).toBe(SIDECAR);
    expect(JSON.parse(written['kept/web-0.host.json'] ?? '')).toMatchObject({
      interfaces: [{ name: 'eth0', addresses: ['192.168.7.9/24', 'fe80::1/64'] }],
      ip_rules: [
        'from 10.0.0.0/8 to 1.2.3.4 prohibit pref 78',
        'not from all fwmark 0x7 lookup main pref 79',
        'from all fwmark 0x539/0xfff lookup 133 pref 32765',
      ],
      routes: [
        // of IPv6 it was told nothing
        'default via fd00:10:244::1 dev eth0',
        'default via 192.168.7.1 dev eth0',
        '10.9.0.0/16 nexthop via 192.168.7.2 nexthop via 192.168.7.3',
      ],
      route_tables: { 133: ['local default dev lo'] },
      processes: { app: { uid: 1000, gid: 1000 } },
    });
    // the pod says nothing of it
    expect(written['kept/web-0.host.json']).not.toContain('1337');
    expect(out).toContain('*nat\n');
  });

  it('a pod in ambient mode has no proxy: its own container is asked', async () => {
    const ambient = pod(
      { containers: [{ name: 'app' }, { name: 'web' }] },
      { annotations: { 'kubectl.kubernetes.io/default-container': 'web', 'ambient.istio.io/redirection': 'enabled' } },
    );
    const kubectl = cluster(
      { ...GET, out: ambient },
      { when: '*"--container=web -- iptables-save"', out: AMBIENT },
      { when: '*" -- ip"*', ...NO_PROGRAM },
    );
    const { code, out, err } = await kubectl.plugin(['web-0']);
    expect([code, out.split('\n').slice(0, 2).join('')]).toEqual([0, expect.stringMatching(/web-0\.rules, Istio ambient/)]);
    expect(err).toContain('note: no `ip` that answers');
  });

  it('a pod without rules is no pod whose packets all go direct without a word', async () => {
    const replies = [
      { when: '*iptables*save', out: '' },
      { when: '*ip6tables*save', out: '' },
    ];
    const { err } = await cluster(GET, ...replies, { when: '*', ...NO_PROGRAM }).plugin(['web-0', 'trace', OUT]);
    expect(err).toContain('no backend holds rules');
    expect(err).toContain('no rule found');
  });

  describe('a pod that is to be captured, without any rule', () => {
    const NONE: readonly Reply[] = [
      { when: '*iptables*save', out: '*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' },
      { when: '*', ...NO_PROGRAM },
    ];
    const containers = (...list: readonly object[]) => ({ containers: [{ name: 'app' }, ...list] });
    const CAPTURED: readonly (readonly [string, string, string])[] = [
      ['Istio sidecar', pod(containers({ name: 'istio-proxy', args: ['proxy', 'sidecar', '--domain', 'x'] })), 'istio-proxy'],
      [
        'Istio sidecar',
        pod({ containers: [{ name: 'app' }], initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] }),
        'istio-proxy',
      ],
      ['Linkerd', pod(containers({ name: 'linkerd-proxy' })), 'linkerd-proxy'],
      ['Kuma', pod(containers({ name: 'kuma-sidecar' })), 'kuma-sidecar'],
      ['Consul', pod(containers({ name: 'consul-dataplane' })), 'consul-dataplane'],
      ['Istio ambient', pod(containers(), { labels: { 'istio.io/dataplane-mode': 'ambient' } }), 'its label istio.io/dataplane-mode'],
      ['Istio ambient', pod(containers(), { annotations: { 'ambient.istio.io/redirection': 'enabled' } }), 'its annotation'],
      ['Istio ambient', pod(containers(), { namespace: 'shop' }), 'its namespace'],
    ];
    const AMBIENT_NAMESPACE: Reply = {
      when: '*"get namespace shop"*',
      out: JSON.stringify({ kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio.io/dataplane-mode': 'ambient' } } }),
    };

    it.each(CAPTURED)('%s: NOT CAPTURED, exit 1 (%#)', async (title, described, because) => {
      const { code, out, err } = await cluster({ ...GET, out: described }, AMBIENT_NAMESPACE, ...NONE).plugin(['web-0']);
      expect(code).toBe(1);
      expect(out.split('\n')[0]).toMatch(new RegExp(`^NOT CAPTURED: \\d+ errors?(?:, \\d+ warnings?)? {2}web-0\\.rules, ${title}$`));
      expect(out).toContain('error: pod-captured (IPv4)');
      expect(err).toContain(because);
    });

    it.each([
      ['json', '"reason":"NOT CAPTURED: no connection of the application'],
      ['sarif', 'NOT CAPTURED: no connection of the application'],
      ['github', 'NOT CAPTURED: no connection of the application'],
    ])('in format %s, too', async (format, text) => {
      const { code, out } = await cluster(GET, ...NONE).plugin(['web-0', 'verify', '-o', format]);
      expect([code, out]).toEqual([1, expect.stringContaining(text)]);
    });

    it.each([
      ['no proxy and no label', pod(containers())],
      ['a gateway of Istio', pod(containers({ name: 'istio-proxy', args: ['proxy', 'router'] }))],
      [
        'interception mode NONE',
        pod(containers({ name: 'istio-proxy' }), { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }),
      ],
      ['dataplane mode none', pod(containers(), { labels: { 'istio.io/dataplane-mode': 'none' } })],
      [
        'transparent proxy of Consul switched off',
        pod(containers({ name: 'consul-dataplane' }), { annotations: { 'consul.hashicorp.com/transparent-proxy': 'false' } }),
      ],
    ])('%s: nothing is to be captured', async (_, described) => {
      const { code, out, err } = await cluster({ ...GET, out: described }, ...NONE).plugin(['web-0']);
      expect(code).toBe(0);
      expect(out + err).not.toContain('NOT CAPTURED');
      expect(out.split('\n').slice(0, 3).join(' ')).toContain('no mesh');
    });

    it('a namespace that may not be read is said to be unknown', async () => {
      const { err } = await cluster({ ...GET, out: pod(containers(), { namespace: 'shop' }) }, ...NONE).plugin(['web-0']);
      expect(err).toContain('namespace shop could not be read: whether ambient is to capture the pod is not known');
    });
  });

  it("a pod on the node's network is said to have the node's rules", async () => {
    const { err } = await cluster({ ...GET, out: pod({ hostNetwork: true, containers: [{ name: 'a' }] }) }, ...answers()).plugin(['web-0']);
    expect(err).toContain("pod web-0 is on the node's network: these are the node's rules");
  });
});
