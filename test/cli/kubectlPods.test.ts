/** Many pods at once: equal ones are answered once, the worst comes first, and nothing that was not read is green. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLUGIN_OPTIONS } from '../../src/cli/kubectl/pluginOptions.ts';
import { type FakeObjects, type FakePod, fakeCluster, NO_SHELL } from './fakeCluster.ts';
import { fixture } from './fakeKubectl.ts';

const SIDECAR = fixture('istio-sidecar.rules');
const ARTICLE = fixture('article.rules');
const OUT = 'out tcp -> 203.0.113.9:443';
const FAST = ['--only', 'outbound-captured,pod-captured,no-redirect-loop'];

const web = (number: number, more: Partial<FakePod> = {}): FakePod => ({
  at: `shop/web-${number}`,
  labels: { app: 'web' },
  rules: SIDECAR,
  ips: [`10.244.1.${number + 7}`],
  ...more,
});
const plain = (at: string, more: Partial<FakePod>): FakePod => ({ at, spec: { containers: [{ name: 'db' }] }, ...more });

const MIXED: readonly FakePod[] = [
  web(0),
  web(1),
  plain('db/db-0', { exec: NO_SHELL }),
  plain('kube-system/proxy', { spec: { containers: [{ name: 'p' }], hostNetwork: true } }),
  plain('kube-system/done', { status: { phase: 'Succeeded' } }),
  plain('kube-system/win', { spec: { containers: [{ name: 'p' }], nodeSelector: { 'kubernetes.io/os': 'windows' } } }),
  web(2, { rules: ARTICLE }),
  web(3, { rules: '' }),
];
const linesOf = (out: string) => out.replaceAll(/\n {4,}/g, ' ').split('\n');

async function ask(objects: FakeObjects, ...argv: readonly string[]) {
  const cluster = fakeCluster(objects);
  return { ...(await cluster.plugin(...argv)), calls: cluster.calls };
}

describe('kubectl chainwalk -A', () => {
  it('one line for equal pods, the worst first, what was not read before what is fine', async () => {
    const { code, out } = await ask({ pods: MIXED }, 'verify', '-A', ...FAST);
    expect(code).toBe(1);
    const lines = linesOf(out);
    expect(lines[0]).toBe('FAIL: 2 pods fail, 1 not read, 2 hold, 3 skipped  4 pods queried, 3 different');
    expect(
      lines.filter((line) => / {2}(?:shop|db|kube-system)\//.test(line)).map((line) => line.replace(/:.*/, '').replaceAll(/ +/g, ' ')),
    ).toEqual([
      'NOT CAPTURED shop/web-3',
      'FAIL shop/web-2',
      'NOT READ db/db-0',
      'OK x2 shop/web-0, web-1',
      'SKIPPED kube-system/proxy',
      'SKIPPED kube-system/done',
      'SKIPPED kube-system/win',
    ]);
    expect(out).toContain('container db has no iptables-save');
    expect(out).toContain("is on the node's network");
    expect(out).toContain('has ended (Succeeded)');
    expect(out).toContain('next  kubectl chainwalk shop/web-3 --only outbound-captured,pod-captured,no-redirect-loop\n');
    expect(out).toContain('next  kubectl chainwalk db-0 -n db --debug-image nicolaka/netshoot');
    for (const line of out.split('\n').filter((one) => !one.startsWith('next'))) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('all fine is OK, and needs few words', async () => {
    const { code, out, err } = await ask({ pods: [web(0), web(1), web(2)] }, '-A', ...FAST);
    expect([code, err]).toEqual([0, '']);
    expect(linesOf(out)).toEqual([
      'OK: 3 hold  3 pods queried, 1 different',
      '  scope: first packets of connections over IPv4, the running pods at 10.244.1.7,',
      '  10.244.1.8 and 10.244.1.9, their listeners assumed',
      '',
      'OK x3  shop/web-0, web-1, web-2: Istio sidecar, all 3 claims hold',
      '',
    ]);
  });

  it('a pod that was not read is never green, whatever else is', async () => {
    const pods = [web(0), plain('db/db-0', { exec: NO_SHELL })];
    const { code, out } = await ask({ pods }, '-A', ...FAST);
    expect([code, out.split('\n')[0]]).toEqual([1, 'NOT READ: 1 not read, 1 holds  1 pod queried, 1 different']);
  });

  it.each(['json', 'sarif', 'junit', 'github', 'markdown'])('in format %s, too', async (format) => {
    const pods = [web(0), plain('db/db-0', { exec: NO_SHELL })];
    const { code, out } = await ask({ pods }, '-A', ...FAST, '-o', format);
    expect([code, out]).toEqual([1, expect.stringMatching(/db\/db-0/)]);
  });

  it('JSON names the pods of each proof, and those without one', async () => {
    const { out } = await ask({ pods: MIXED }, '-A', ...FAST, '--json');
    expect(JSON.parse(out)).toMatchObject({
      schema: 'chainwalk/verify/v1',
      pods: [['shop/web-0', 'shop/web-1'], ['shop/web-2'], ['shop/web-3']],
      unread: [
        { pod: 'db/db-0', skipped: false },
        { pod: 'kube-system/proxy', skipped: true },
        { pod: 'kube-system/done', skipped: true },
        { pod: 'kube-system/win', skipped: true },
      ],
    });
  });

  it('nothing was read: the input is of no use', async () => {
    const { code, out } = await ask({ pods: [plain('db/db-0', { exec: NO_SHELL })] }, '-A');
    expect([code, out.split('\n').slice(0, 2)]).toEqual([2, ['NOT READ: 1 not read  0 pods queried, 0 different', '  nothing is proved']]);
  });

  it('no pod at all is wrong usage', async () => {
    expect(await ask({}, '-A')).toMatchObject({ code: 2, err: expect.stringContaining('there is no pod in any namespace') });
    expect(await ask({ pods: [web(0)] }, '-l', 'app=nope')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no pod has the labels app=nope in this namespace\nhelp: -n names another namespace, -A is all of them'),
    });
  });

  it('hundreds of pods take one proof and few calls at a time', async () => {
    const pods = Array.from({ length: 200 }, (_, at) => web(at, { ips: [`10.244.${at % 4}.${10 + at}`] }));
    const { code, out, calls } = await ask({ pods }, '-A', ...FAST);
    expect([code, out.split('\n')[0]]).toEqual([0, 'OK: 200 hold  200 pods queried, 1 different']);
    expect(out).toContain('shop/web-0, web-1, web-10, web-100, web-101, web-102, 194');
    expect(calls.filter((call) => call.includes('get '))).toHaveLength(1);
  });
});

describe('docs/kubectl.md', () => {
  const page = readFileSync(new URL('../../docs/kubectl.md', import.meta.url), 'utf8');

  it('shows what -A prints', async () => {
    const [, shown] = /```text\n(FAIL[\s\S]*?)```/.exec(page) ?? [];
    expect((await ask({ pods: MIXED }, '-A')).out).toBe(shown);
  });

  it('names every option of the plugin', () => {
    expect(PLUGIN_OPTIONS.map(({ flags }) => /--[\w-]+/.exec(flags)?.[0] ?? '').filter((flag) => !page.includes(flag))).toEqual([]);
  });
});

describe('which pods are equal', () => {
  const groups = async (...pods: readonly FakePod[]) =>
    (
      JSON.parse((await ask({ pods }, '-A', '--only', 'no-redirect-loop', '--json')).out) as {
        readonly pods: readonly (readonly string[])[];
      }
    ).pods.length;
  const own = (rules: string) => `*filter\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`;

  it('their own address does not matter, a rule about one of them does', async () => {
    expect(await groups(web(0), web(1))).toBe(1);
    const about = (at: number, rules: string) => web(at, { rules: own(rules) });
    expect(await groups(about(0, '-A OUTPUT -d 10.244.1.7/32 -j DROP'), about(1, '-A OUTPUT -d 10.244.1.7/32 -j DROP'))).toBe(2);
    expect(await groups(about(0, '-A OUTPUT -d 10.244.0.0/16 -j DROP'), about(1, '-A OUTPUT -d 10.244.0.0/16 -j DROP'))).toBe(1);
    expect(await groups(about(0, '-A OUTPUT -d 10.244.1.0/29 -j DROP'), about(1, '-A OUTPUT -d 10.244.1.0/29 -j DROP'))).toBe(2);
    expect(await groups(about(0, '-A OUTPUT -d 192.0.2.0/24 -j DROP'), about(1, '-A OUTPUT -d 192.0.2.0/24 -j DROP'))).toBe(1);
  });

  it('in one subnet: pods in an excluded range are alike, and so are those beside it', async () => {
    const excluded = SIDECAR.replace(/^-A ISTIO_OUTPUT .*RETURN$/m, '-A ISTIO_OUTPUT -d 10.244.1.8/29 -j RETURN\n$&');
    const pods = [0, 3, 1, 2].map((at) => web(at, { rules: excluded, length: 24 }));
    const { out } = await ask({ pods }, '-A', '--only', 'no-redirect-loop', '--json');
    const report = JSON.parse(out) as { readonly pods: readonly (readonly string[])[] };
    // web-0 has 10.244.1.7, and the range begins with 10.244.1.8
    expect(report.pods).toEqual([['shop/web-0'], ['shop/web-3', 'shop/web-1', 'shop/web-2']]);
    const text = out.replaceAll(/\s+/g, ' ');
    expect(text).toContain('the running pod at 10.244.1.7, its listeners assumed');
    expect(text).toContain('the running pods at 10.244.1.10, 10.244.1.8 and 10.244.1.9, their listeners assumed');
  });

  it('two replicas, one of them in an excluded range, are traced each at its own address', async () => {
    const excluded = SIDECAR.replace(/^-A ISTIO_OUTPUT .*RETURN$/m, '-A ISTIO_OUTPUT -s 10.244.1.8/29 -j RETURN\n$&');
    const pods = [0, 1].map((at) => web(at, { rules: excluded, length: 24 }));
    const { out } = await ask({ pods }, '-A', 'trace', OUT);
    expect(
      linesOf(out)
        .filter((line) => line.includes('shop/'))
        .map((line) => line.replace(/: .*/, '')),
    ).toEqual(['captured-out  shop/web-0', 'direct        shop/web-1']);
  });

  it('another proxy, another family or another rule does', async () => {
    const containers = [{ name: 'app' }, { name: 'istio-proxy', securityContext: { runAsUser: 1338, runAsGroup: 1338 } }];
    expect(await groups(web(0), web(1, { spec: { containers } }))).toBe(2);
    expect(await groups(web(0), web(1, { ips: ['10.244.1.9', 'fd00::9'] }))).toBe(2);
    expect(await groups(web(0), web(1, { rules: SIDECAR.replace('15001', '15002') }))).toBe(2);
    expect(await groups(web(0), web(1, { rules: SIDECAR.replace(/^#.*$/m, '# another time') }))).toBe(1);
  });
});

describe('what may not be seen', () => {
  const pods = [web(0), plain('secret/s-0', { rules: SIDECAR }), plain('db/db-0', { rules: SIDECAR })];

  it('pods of all namespaces may not be listed: those of each that may', async () => {
    const forbidden = /--all-namespaces|--namespace=secret .*get pods|get pods .*--namespace=secret/;
    const { code, out } = await ask({ pods, forbidden }, '-A', ...FAST);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL|^NOT READ/);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('NOT READ secret/*: its pods cannot be listed: Error from server (Forbidden)');
    expect(out).toContain('shop/web-0');
  });

  it('nor the namespaces: what kubectl says, and what to try', async () => {
    const { code, err } = await ask({ pods, forbidden: /--all-namespaces|get namespaces/ }, '-A');
    expect([code, err]).toEqual([2, expect.stringContaining('(Forbidden)')]);
    expect(err).toContain('help: one namespace that you may list: `kubectl chainwalk pods -n NAMESPACE`');
  });

  it('exec is refused in one namespace', async () => {
    const { code, out } = await ask({ pods, forbidden: /--namespace=db exec/ }, '-A', ...FAST);
    expect(code).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/NOT READ (?:x1 )?db\/db-0: kubectl exec in container db: Error from server \(Forbidden\)/);
  });

  it('a pod that does not answer in time', async () => {
    const late = { problem: 'no answer in 60 s', late: true } as const;
    const { code, out } = await ask({ pods: [web(0), web(1, { exec: late })] }, '-l', 'app=web', '-n', 'shop', ...FAST);
    expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('NOT READ shop/web-1: kubectl exec in container istio-proxy: no answer in 60 s'),
    ]);
  });

  it('warnings of kubectl on standard error change nothing', async () => {
    const warns = 'Warning: v1 ComponentStatus is deprecated\nE0101 00:00:00.000000 1 memcache.go:265] "no"\n';
    expect(await ask({ pods: [web(0)], warns }, '-A', ...FAST)).toMatchObject({ code: 0, err: '' });
    expect((await ask({ pods: [], warns }, 'web-0', '-n', 'shop')).err).toMatch(/kubectl get pod web-0: Error from server \(NotFound\)/);
  });

  it('a part of a list is not all of it', async () => {
    const list = { kind: 'List', metadata: { continue: 'token' }, items: [] };
    const cluster = fakeCluster({ pods: [web(0)], answers: [[/get pods/, JSON.stringify(list)]] });
    const { code, out } = await cluster.plugin('-A');
    expect([code, out]).toEqual([2, expect.stringContaining('others: kubectl gave a part of the list')]);
  });

  it('rules that cannot be read', async () => {
    const { code, out } = await ask({ pods: [web(0), web(1, { rules: '*nat\n-A OUTPUT -j NOWHERE\nCOMMIT\n' })] }, '-A', ...FAST);
    expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('NOT READ shop/web-1: its rules cannot be read')]);
  });
});

describe('several pods by name', () => {
  it('each is found by itself', async () => {
    const { code, out } = await ask({ pods: MIXED }, 'verify', 'shop/web-0', 'shop/web-1', ...FAST);
    expect([code, out]).toEqual([0, expect.stringContaining('OK x2  shop/web-0, web-1')]);
    expect((await ask({ pods: MIXED }, 'pods', 'web-0', 'web-1', '-n', 'shop', ...FAST)).code).toBe(0);
  });

  it('a name that is not there is wrong usage, and the others are answered', async () => {
    const { code, out } = await ask({ pods: MIXED }, 'shop/web-0', 'shop/wbe', ...FAST);
    expect([code, out]).toEqual([2, expect.stringContaining('NOT READ  shop/wbe')]);
    expect(out).toContain('shop/web-0');
  });
});

describe('other commands of many pods', () => {
  it('trace: the outcome of each packet', async () => {
    const { code, out } = await ask({ pods: MIXED }, 'trace', '-l', 'app=web', '-A', OUT, 'out udp -> 203.0.113.9:53');
    expect(code).toBe(0);
    const lines = linesOf(out);
    expect(lines[0]).toBe(OUT);
    expect(lines[1]).toMatch(/^loop +shop\/web-2: /);
    expect(lines[2]).toMatch(/^captured-out x2 {2}shop\/web-0, web-1: app -> OUTPUT#1/);
    expect(lines).toContain('out udp -> 203.0.113.9:53');
    expect((await ask({ pods: MIXED }, 'trace', '-l', 'app=web', '-A', OUT, '--expect', 'captured-out')).code).toBe(1);
  });

  it('trace in JSON names the pod of each line', async () => {
    const { out } = await ask({ pods: MIXED }, 'trace', '-l', 'app=web', '-A', OUT, '--json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly pod: string }).pod),
    ).toEqual(['shop/web-0', 'shop/web-1', 'shop/web-2', 'shop/web-3']);
  });

  it('find and check', async () => {
    const found = await ask({ pods: MIXED }, 'find', '-l', 'app=web', '-A', '--where', 'out tcp', '--outcome', 'loop');
    expect([found.code, found.out]).toEqual([1, expect.stringMatching(/^FOUND +shop\/web-2: LOOP/)]);
    const checked = await ask({ pods: MIXED }, 'check', '-l', 'app=web', '-A');
    expect([checked.code, checked.out]).toEqual([0, expect.stringMatching(/^OK x2 {2}shop\/web-0, web-1: 18 IPv4 rules in nat\n/)]);
  });

  it('--save keeps each in the folder of its namespace', async () => {
    const { written } = await ask({ pods: [web(0), web(1)] }, '-A', '--save', 'kept', ...FAST);
    expect(Object.keys(written).sort()).toEqual([
      'kept/shop/web-0.host.json',
      'kept/shop/web-0.rules',
      'kept/shop/web-1.host.json',
      'kept/shop/web-1.rules',
    ]);
  });

  it('--dry-run runs nothing', async () => {
    const { out, calls } = await ask({ pods: MIXED }, '-A', '-l', 'app=web', '--dry-run');
    expect(calls).toEqual([]);
    expect(out.split('\n')[0]).toBe('kubectl get pods --all-namespaces --selector=app=web --output=json');
  });
});

describe('a pod without the rules of its mesh', () => {
  it('NOT CAPTURED: what was queried, why, and what to type next', async () => {
    const spec = {
      containers: [{ name: 'app' }, { name: 'istio-proxy' }],
      initContainers: [{ name: 'istio-init', image: 'istio/proxyv2:1.24.1' }],
    };
    const { code, out } = await ask({ pods: [web(0, { rules: '', spec })] }, 'web-0', '-n', 'shop');
    expect(code).toBe(1);
    const lines = linesOf(out);
    expect(lines[0]).toBe('NOT CAPTURED: 4 errors  web-0.rules, Istio sidecar');
    expect(out).toContain('  out     no connection of the application is handed to the proxy: DIRECT (IPv4)\n');
    expect(out).toContain('  in      no connection from another host is handed to the proxy: TO-APP (IPv4)\n');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'queried container istio-proxy: no backend holds rules (nft empty, legacy was not queried)',
    );
    expect(out).toContain(
      '  next    kubectl logs web-0 -c istio-init -n shop\n          kubectl chainwalk web-0 -n shop --debug-image istio/proxyv2:1.24.1\n',
    );
    expect(out).toContain('kubectl delete pod web-0 -n shop');
    expect(lines.length).toBeLessThan(16);
    expect((await ask({ pods: [web(0, { rules: '', spec })] }, 'web-0', '-n', 'shop', 'verify', '-v')).out).toContain(
      'error: pod-captured (IPv4)',
    );
  });

  it('a rule that is to blame for something is shown as ever', async () => {
    const rules = '*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 443 -j DROP\nCOMMIT\n';
    const { out } = await ask({ pods: [web(0, { rules })] }, 'web-0', '-n', 'shop');
    expect(out).toMatch(/^NOT CAPTURED/);
    expect(out).toContain('-A OUTPUT -p tcp --dport 443 -j DROP');
  });
});
