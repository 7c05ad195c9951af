/** What people paste beside rules: sets are read, what `ip` prints is no error. */
import { describe, expect, it, test } from 'vitest';
import { parse, trace } from '../../src/api/library/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const RULES = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set bad src -j DROP\nCOMMIT\n';
const SET = 'create bad hash:ip family inet hashsize 1024 maxelem 65536\nadd bad 10.0.0.7 timeout 300\nadd bad 10.0.0.8 comment "x y"\n';
const outcomes = (text: string): readonly string[] =>
  ['10.0.0.7', '10.0.0.9'].map((from) => trace(parse(text).rulesets, `in tcp ${from} -> 10.244.0.5:80`).outcome);

describe('ipset save beside rules says who is in a set', () => {
  it.each([
    ['behind them', RULES + SET],
    ['before them', SET + RULES],
    ['with prompts', `$ sudo iptables-save\n${RULES}$ sudo ipset save\n${SET}`],
    ['with the prompt of root', `# iptables-save\n${RULES}root@node:~# ipset save bad\n${SET}`],
  ])('%s', (_, text) => {
    expect(parse(text).diagnostics).toEqual([]);
    expect(outcomes(text)).toEqual(['dropped', 'to-app']);
  });

  test('an exception is taken out of larger networks', () => {
    expect(outcomes(`${RULES}${SET.replace('hash:ip', 'hash:net')}add bad 10.0.0.0/24\nadd bad 10.0.0.9 nomatch\n`)).toEqual([
      'dropped',
      'to-app',
    ]);
  });

  test('an odd member leaves open what it could decide, and nothing else', () => {
    const odd = SET.replace('hash:ip family', 'hash:net,iface family').replaceAll(/^(add bad \S+)/gm, '$1,eth0');
    const rules = RULES.replace('bad src', 'bad src,src');
    expect(outcomes(`${rules}${odd}add bad 10.0.1.0/24,physdev:eth1\n`)).toEqual(['dropped', 'to-app']);
    expect(outcomes(`${rules}${odd}add bad 10.0.0.9,physdev:eth1\n`)).toEqual(['dropped', 'undecided']);
  });

  test('a member of another set is an error', () => {
    expect(parse(`${RULES}add good 10.0.0.7\n`).diagnostics.map(({ kind }) => kind)).toContain('malformed');
  });
});

const IP = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP
    inet 10.42.0.1/24 brd 10.42.0.255 scope global cni0
root@node:~# ip route
default via 172.18.0.1 dev eth0
10.42.0.0/24 dev cni0 proto kernel scope link src 10.42.0.1
172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
broadcast 10.42.0.255 dev cni0 table local proto kernel scope link src 10.42.0.1
root@node:~# ip rule
0:	from all lookup local
32766:	from all lookup main
`;

test.each([
  ['as text', IP],
  ['as JSON', '[{"ifindex":1,"ifname":"lo"}]\n[{"dst":"default","gateway":"172.18.0.1"}]\n'],
])('what ip prints %s is recognised', async (_, ip) => {
  const { code, err } = await chainwalk(['trace', 'x', 'in tcp -> 10.244.0.5:80'], {
    files: { x: RULES.replace('-m set --match-set bad src', '-p udp') + ip },
  });
  expect(code).toBe(0);
  expect(err).toContain('x:5:1: warning: what stands here of the host is not whole');
});

describe('ip addr and ip route together describe the host', () => {
  const whole = IP.replace(
    'root@node:~# ip route',
    '3: eth0@if9: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP\n    inet 172.18.0.2/16 scope global eth0\nroot@node:~# ip route',
  );
  const files = { x: `${RULES.replace('-m set --match-set bad src', '-p udp')}${whole}net.ipv4.ip_forward = 1\n` };

  test('and the answer says so', async () => {
    const { code, err, out } = await chainwalk(['trace', 'x', 'in tcp 172.18.0.9 -> 10.42.0.6:8080', 'out tcp -> 10.42.0.6:80'], { files });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('FORWARDED -> 10.42.0.6:8080 via cni0');
    expect(out).toContain('out tcp 10.42.0.1:40000 -> 10.42.0.6:80');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'assumed addresses, routes, rules of routing and sysctls are those that stand beside the rules',
    );
  });

  test.each(['verify', 'diff'])('in %s too', async (command) => {
    const { out } = await chainwalk([command, 'x', ...(command === 'diff' ? ['x'] : ['--only', 'no-stale-chain'])], { files });
    expect(out.replaceAll(/\s+/g, ' ')).toContain('those that stand beside the rules');
  });

  test('a host file comes before it', async () => {
    const host = JSON.stringify({ interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24'] }], routes: ['default via 10.0.0.1 dev eth0'] });
    const { out } = await chainwalk(['trace', 'x', 'out tcp -> 10.42.0.6:80', '--host', 'h.json'], { files: { ...files, 'h.json': host } });
    expect(out).toContain('out tcp 10.0.0.2:40000 -> 10.42.0.6:80');
  });

  test('the proxy is still found by the rules', async () => {
    const text = `${readFixture('istio-sidecar').text.replaceAll('1337', '998')}${whole}`;
    const { out } = await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:443', '--brief'], { files: { x: text } });
    expect(out).toContain('captured-out');
    expect(out).toContain('=> eth0');
  });
});

test('an ambient node is named', async () => {
  const text = `${readFixture('istio-ambient-host').text}create istio-inpod-probes-v4 hash:ip family inet\nadd istio-inpod-probes-v4 10.42.0.5\n`;
  const { out } = await chainwalk(['trace', 'x', 'out tcp -> 10.42.0.5:8080 uid=0'], { files: { x: text } });
  expect(out.replaceAll(/\s+/g, ' ')).toContain('since chain ISTIO_POSTRT of an ambient node is not a pod');
  expect(out).toContain('as 169.254.7.127:40000 -> 10.42.0.5:8080');
});
