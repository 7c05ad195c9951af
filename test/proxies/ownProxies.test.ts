/** Transparent proxies that are no mesh: `proxies` of a host file. */
import { describe, expect, it } from 'vitest';
import { find, type HostDescription, type ProxyDescription, parse, trace, verify } from '../../src/api/library/index.ts';
import { KNOWN_PROXIES } from '../../src/host/knownProxies.ts';
import { readHost } from '../../src/host/readHost.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const table = (name: string, ...rules: readonly string[]): string => {
  const chains = new Set(rules.map((rule) => rule.split(' ')[1] ?? '').filter((chain) => !/^[A-Z]+$/.test(chain)));
  return [`*${name}`, ...[...chains].map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
};

const ROUTER = {
  interfaces: [
    { name: 'lan', addresses: ['192.168.8.1/24'] },
    { name: 'wan', addresses: ['198.51.100.40/24'] },
  ],
  routes: ['default via 198.51.100.1 dev wan'],
  sysctls: { 'net.ipv4.ip_forward': '1' },
  listeners: [{ proto: 'tcp', port: 22, process: 'sshd' }],
  processes: { sshd: { uid: 0, gid: 0 } },
};
const router = (...proxies: readonly ProxyDescription[]): HostDescription => ({ ...ROUTER, proxies });
const transparent = (...proxies: readonly ProxyDescription[]): HostDescription => ({
  ...router(...proxies),
  ip_rules: ['fwmark 1 lookup 100'],
  route_tables: { '100': ['local 0.0.0.0/0 dev lo'] },
});

const SOCKS: ProxyDescription = { process: 'redsocks', listens: ['tcp 12345'], takes: 'outbound', dials: 'original', uid: 0 };
const XRAY: ProxyDescription = { profile: 'xray', uid: 0 };

/** A chain that spares private networks, and its jumps. */
const REDIRECTED = [
  '-A redsocks_ -d 127.0.0.0/8 -j RETURN',
  '-A redsocks_ -d 192.168.0.0/16 -j RETURN',
  '-A redsocks_ -p tcp -j REDIRECT --to-ports 12345',
  '-A OUTPUT -p tcp -j redsocks_',
  '-A PREROUTING -i lan -p tcp -j redsocks_',
];
const SPARED = ['-A OUTPUT -m owner --uid-owner 998 -j RETURN', ...REDIRECTED];

const findings = (rules: string, host: HostDescription) => verify(parse(rules, { family: 4 }), { host }).findings;
const claim = (rules: string, host: HostDescription, id: string) => findings(rules, host).find((one) => one.claim === id);
const first = (rules: string, host: HostDescription, id: string) => claim(rules, host, id)?.witness?.packet;

describe('loops that people reported', () => {
  it('a proxy of root behind a REDIRECT of everything', () => {
    const rules = table('nat', ...REDIRECTED);
    expect(first(rules, router(SOCKS), 'no-redirect-loop')).toMatchObject({ dir: 'out', uid: 0 });
    expect(find(parse(rules, { family: 4 }), { where: 'out tcp uid=0', outcome: 'loop', host: router(SOCKS) }).empty).toBe(false);
  });

  it('not where its user is spared, nor where its server is', () => {
    expect(claim(table('nat', ...SPARED), router({ ...SOCKS, uid: 998, own_port: 'closed' }), 'no-redirect-loop')?.verdict).toBe('holds');
    const near = router({ ...SOCKS, dials: '192.168.8.9:1080' });
    expect(claim(table('nat', ...REDIRECTED), near, 'no-redirect-loop')?.verdict).toBe('holds');
    expect(claim(table('nat', ...REDIRECTED), near, 'proxy-egress-direct')?.verdict).toBe('holds');
    const far = router({ ...SOCKS, dials: '203.0.113.77:1080' });
    expect(first(table('nat', ...REDIRECTED), far, 'no-redirect-loop')).toMatchObject({ dst: '203.0.113.77', dport: 1080 });
  });

  const LED_BACK = table(
    'mangle',
    '-A xray_ -d 127.0.0.0/8 -j RETURN',
    '-A xray_ -d 192.168.0.0/16 -p tcp -j RETURN',
    '-A xray_ -d 192.168.0.0/16 -p udp ! --dport 53 -j RETURN',
    '-A xray_ -p tcp -j TPROXY --on-port 12345 --tproxy-mark 1',
    '-A xray_ -p udp -j TPROXY --on-port 12345 --tproxy-mark 1',
    '-A PREROUTING -j xray_',
    '-A self_ -m mark --mark 0xff -j RETURN',
    '-A self_ -p tcp -j MARK --set-mark 1',
    '-A self_ -p udp -j MARK --set-mark 1',
    '-A OUTPUT -j self_',
  );

  it('the own public address of a router, over lo, though the mark is spared', () => {
    const where = 'out 198.51.100.40 -> 198.51.100.40:443 uid=0 mark=255';
    const narrow = verify(parse(LED_BACK, { family: 4 }), { host: transparent(XRAY), where, only: ['no-redirect-loop'] });
    expect(narrow.findings.map(({ verdict }) => verdict)).toEqual(['violated']);
    expect(first(LED_BACK, transparent(XRAY), 'no-redirect-loop')).toMatchObject({ mark: 255 });
    const exempt = LED_BACK.replace('-A xray_ -d 127', '-A xray_ -m addrtype --dst-type LOCAL -j RETURN\n-A xray_ -d 127');
    expect(claim(exempt, transparent({ ...XRAY, own_port: 'closed' }), 'no-redirect-loop')?.verdict).toBe('holds');
  });

  it('port 53 of the own address in the network that is spared otherwise', () => {
    const question = trace(parse(LED_BACK, { family: 4 }), 'out udp -> 192.168.8.1:53 uid=0 gid=0 mark=255', { host: transparent(XRAY) });
    expect(question.outcome).toBe('loop');
  });

  it('a call to its own port from outside', () => {
    const host = router({ ...SOCKS, uid: 998 });
    const rules = table('nat', ...SPARED);
    expect(claim(rules, host, 'own-port-closed')).toMatchObject({ verdict: 'violated', level: 'warning' });
    expect(first(rules, host, 'own-port-closed')).toMatchObject({ dir: 'in', dport: 12345 });
    expect(trace(parse(rules, { family: 4 }), 'in tcp 203.0.113.66 -> 198.51.100.40:12345', { host }).outcome).toBe('loop');
    const dropped = table('raw', '-A PREROUTING -p tcp --dport 12345 -j DROP', '-A OUTPUT -p tcp --dport 12345 -j DROP');
    expect(claim(rules + dropped, host, 'own-port-closed')?.verdict).toBe('holds');
    expect(claim(rules + dropped, host, 'no-redirect-loop')?.verdict).toBe('holds');
  });

  it('a cache that takes what itself fetches', () => {
    const host = router({ profile: 'squid', uid: 13 });
    const rules = table('nat', '-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 3129');
    expect(first(rules, host, 'no-redirect-loop')).toMatchObject({ dport: 80, uid: 13 });
  });
});

describe('what a proxy is there for', () => {
  const rules = table('nat', ...SPARED);
  const host = router({ ...SOCKS, uid: 998 });

  it.each([
    ['out tcp -> 203.0.113.9:443 uid=1000', 'captured-out'],
    ['in tcp 192.168.8.7 -> 203.0.113.9:443 iif=lan', 'captured-out'],
    ['out tcp -> 203.0.113.9:443 uid=998 gid=998', 'direct'],
    ['out tcp -> 192.168.8.7:443 uid=1000', 'direct'],
  ])('%s: %s', (packet, outcome) => expect(trace(parse(rules, { family: 4 }), packet, { host }).outcome).toBe(outcome));

  it('all its claims hold, and those of meshes are not asked', () => {
    const verdicts = Object.fromEntries(findings(rules, host).map((one) => [one.claim, one.verdict]));
    expect(verdicts).toMatchObject({
      'pod-captured': 'holds',
      'proxy-egress-direct': 'holds',
      'outbound-captured': 'holds',
      'connections-complete': 'holds',
      'inbound-captured': 'not-applicable',
      'tunnel-port-open': 'not-applicable',
    });
  });

  it('a rule of another program that takes packets before its chain', () => {
    const before = table('nat', '-A PREROUTING -p tcp --dport 443 -j ACCEPT', ...SPARED);
    expect(first(before, host, 'outbound-captured')).toMatchObject({ dir: 'in', dport: 443 });
  });

  it('a process with its user', () => {
    const same = { ...host, processes: { ...ROUTER.processes, backup: { uid: 998, gid: 998 } } };
    expect(first(rules, same, 'outbound-captured')).toMatchObject({ dir: 'out', uid: 998 });
  });

  it('no rule that hands it anything', () => expect(claim('*nat\nCOMMIT\n', host, 'pod-captured')).toMatchObject({ verdict: 'violated' }));
});

describe('several proxies on one host', () => {
  const DNS: ProxyDescription = { process: 'resolver', listens: ['udp 5353'], takes: 'dns', dials: '203.0.113.53:53', uid: 997 };
  const BOTH = router({ ...SOCKS, uid: 998, own_port: 'closed' }, DNS);
  const dns = (...before: readonly string[]) =>
    table('nat', ...before, ...SPARED, '-A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 5353');
  const EXEMPT = '-A OUTPUT -m owner --uid-owner 997 -j RETURN';
  const brokenIn = (rules: string, host: HostDescription) =>
    findings(rules, host).flatMap(({ claim: id, verdict, witness }) => (verdict === 'violated' ? [[id, witness?.packet.uid]] : []));

  it('each that is let past keeps its claims, and the second gives its own', () => {
    const verdicts = Object.fromEntries(findings(dns(EXEMPT), BOTH).map((one) => [one.claim, one.verdict]));
    expect(verdicts).toMatchObject({
      'no-redirect-loop': 'holds',
      'proxy-egress-direct': 'holds',
      'outbound-captured': 'holds',
      'dns-captured': 'holds',
    });
  });

  it('the second that is not let past loops, and its questions do not leave', () =>
    expect(brokenIn(dns(), BOTH)).toEqual(
      expect.arrayContaining([
        ['no-redirect-loop', 997],
        ['dns-proxy-direct', 997],
      ]),
    ));

  it('a second server that the rules send through the first', () => {
    const second = { ...DNS, listens: ['tcp 3128'], takes: 'outbound', dials: '203.0.113.80:8080' };
    const rules = table(
      'nat',
      '-A OUTPUT -m owner --uid-owner 998 -j RETURN',
      '-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 3128',
      ...REDIRECTED,
    );
    expect(brokenIn(rules, router({ ...SOCKS, uid: 998, own_port: 'closed' }, second))).toContainEqual(['proxy-egress-direct', 997]);
  });

  it('the second to which no rule hands anything', () =>
    expect(claim(table('nat', ...SPARED), BOTH, 'pod-captured')).toMatchObject({ verdict: 'violated' }));
});

describe('words', () => {
  const files = (rules: string, host: HostDescription) => ({ files: { 'r.rules': rules, 'h.json': JSON.stringify(host) } });
  const out = async (args: readonly string[], rules: string, host: HostDescription): Promise<string> =>
    (await chainwalk([...args, '--host', 'h.json', '--family', '4'], files(rules, host))).out.replaceAll(/\s+/g, ' ');

  it('captured by name', async () => {
    const text = await out(
      ['trace', 'r.rules', 'out tcp -> 203.0.113.9:443 uid=1000'],
      table('nat', ...SPARED),
      router({ ...SOCKS, uid: 998 }),
    );
    expect(text).toContain('CAPTURED outbound -> redsocks 127.0.0.1:12345 (original dst 203.0.113.9:443)');
  });

  it('the advice has its chain, not that of a mesh', async () => {
    const script = ['iptables -t nat -N redsocks_', ...REDIRECTED.map((rule) => `iptables -t nat ${rule}`), ''].join('\n');
    const loops = await out(['verify', 'r.rules'], script, router({ ...SOCKS, uid: 998 }));
    expect(loops).toContain('before redsocks_#3, by its user: `iptables -t nat -I OUTPUT 1 -m owner --uid-owner 998 -j RETURN`');
    expect(loops).not.toMatch(/127\.0\.0\.6|ISTIO/);
    const root = await out(['verify', 'r.rules'], table('nat', ...REDIRECTED), router(SOCKS));
    expect(root).toContain('Run redsocks as a user of its own');
  });

  it('a forwarder that asks a server elsewhere: through whom, and by which interface', async () => {
    const host = {
      ...ROUTER,
      listeners: [{ proto: 'tcp', port: 1080, process: 'sslocal', forwards: '192.168.8.9:8388' }],
      processes: { sslocal: { uid: 998, gid: 998 } },
    };
    const rules = table('nat', '-A OUTPUT -d 192.168.0.0/16 -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 1080');
    const text = await out(['trace', 'r.rules', 'out tcp -> 203.0.113.9:443 uid=1000'], rules, host);
    expect(text).toMatch(/^TO APP -> sslocal at 127\.0\.0\.1:1080, which sends it to 192\.168\.8\.9:8388 via lan: direct, through sslocal/);
  });

  it('a transparent socket: the port of the packet and that of the socket', async () => {
    const rules = table('mangle', '-A PREROUTING -i lan -p tcp -j TPROXY --on-port 12345 --tproxy-mark 1');
    const host = { ...transparent(), listeners: [{ proto: 'tcp', port: 12345, process: 'xray', transparent: true, forwards: 'nothing' }] };
    const text = await out(['trace', 'r.rules', 'in tcp 192.168.8.7 -> 203.0.113.9:443 iif=lan'], rules, host);
    expect(text).toContain('TO APP -> xray, by TPROXY to port 12345, at 203.0.113.9:443');
  });

  it('a mark that no rule sets is a process’s perhaps', () => {
    const rules = table('nat', '-A OUTPUT -m mark --mark 0xff -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 12345');
    expect(claim(rules, ROUTER, 'mark-consistency')).toMatchObject({ level: 'info', verdict: 'violated' });
    expect(claim(rules, router({ ...SOCKS, mark: 255 }), 'mark-consistency')?.verdict).toBe('holds');
  });
});

describe('the entry of a host file', () => {
  const problems = (proxy: unknown) => readHost({ proxies: [proxy] }).problems.join('; ');
  it.each([
    [{ process: 'p' }, 'needs `dials`'],
    [{ process: 'p', dials: 'original', uid: 1 }, 'needs `listens`'],
    [{ process: 'p', dials: 'original', listens: ['tcp 1'] }, 'needs a `uid`'],
    [{ ...SOCKS, takes: 'all' }, 'is none of outbound'],
    [{ ...SOCKS, listens: ['12345'] }, 'is not like `tcp 12345`'],
    [{ ...SOCKS, mark: 'x' }, 'the mark of `redsocks`'],
    [{ ...SOCKS, source: 'x' }, 'neither `own` nor `client`'],
    [{ ...SOCKS, own_port: 'x' }, 'neither `open` nor `closed`'],
    [{ ...SOCKS, dial: 'x' }, 'did you mean `dials`?'],
    [{ profile: 'xrai', uid: 0 }, 'known are redsocks'],
    [{ listens: ['tcp 1'] }, 'has no `process`'],
    ['redsocks', 'is not an object'],
  ])('%o', (proxy, text) => expect(problems(proxy)).toContain(text));

  it.each(Object.keys(KNOWN_PROXIES))('profile: %s needs no more than a user, a server and a port', (profile) => {
    const known = KNOWN_PROXIES[profile] ?? [];
    const said = {
      ...(known.every(({ dials }) => dials) ? {} : { dials: '203.0.113.5:1080' }),
      ...(known.every(({ listens }) => listens) ? {} : { listens: ['tcp 4000'] }),
    };
    expect(problems({ profile, uid: 990, ...said })).toBe('');
  });

  it('has the group of the same number, or the process’s own', () => {
    expect(readHost({ proxies: [{ ...SOCKS, uid: 77 }] }).host?.processes.get('redsocks')).toEqual({ uid: 77, gid: 77 });
    const { uid: _, ...unsaid } = SOCKS;
    const host = readHost({ processes: { redsocks: { uid: 5, gid: 6 } }, proxies: [unsaid] }).host;
    expect(host?.processes.get('redsocks')).toEqual({ uid: 5, gid: 6 });
  });
});
