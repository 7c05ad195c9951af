/** A host file that names no interface, such as one of `proxies` alone: the host around it is the one beside the rules, or the assumed one. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

const RULES = '*nat\n-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 3129\nCOMMIT\n';
const PRINTED = `${RULES}
# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.7.0.2/24 brd 10.7.0.255 scope global eth0
# ip route
default via 10.7.0.1 dev eth0
10.7.0.0/24 dev eth0 proto kernel scope link src 10.7.0.2
`;
const FILES = {
  'alone.rules': RULES,
  'printed.rules': PRINTED,
  'proxies.yaml': 'proxies:\n- {process: squid, profile: squid, uid: 13}\n',
  'sysctls.yaml': 'sysctls: {net.ipv4.ip_forward: "1"}\n',
  'nothing.yaml': 'interfaces: []\nproxies:\n- {process: squid, profile: squid, uid: 13}\n',
};
const run = (...argv: readonly string[]) => chainwalk(argv, { files: FILES });

describe('proxies alone', () => {
  it.each([
    ['alone.rules', '10.244.0.5', 'an assumed pod at 10.244.0.5'],
    ['printed.rules', '10.7.0.2', 'the host given'],
  ])('%s: what the proxy sends to other hosts comes back to it', async (rules, address, bounds) => {
    const { code, out } = await run('verify', rules, '--host', 'proxies.yaml');
    expect(code).toBe(1);
    expect(out).toContain(`example  out tcp ${address}:40000 -> 203.0.113.9:80 uid=13 gid=13: loop`);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`first packets of connections over IPv4, ${bounds}`);
  });

  it.each([
    ['alone.rules', '10.244.0.5'],
    ['printed.rules', '10.7.0.2'],
  ])('%s: packets have a source, and leave', async (rules, address) => {
    const { out } = await run('trace', rules, '--host', 'proxies.yaml', 'out tcp -> 203.0.113.9:443 uid=1000', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ outcome: 'direct', packet: { src: address } });
  });

  it('is not what `interfaces: []` says: then there is no way to another host', async () => {
    const { out } = await run('trace', 'alone.rules', '--host', 'nothing.yaml', 'out tcp -> 203.0.113.9:443 uid=1000');
    expect(out).toMatch(/^LOST there is no route/);
  });
});

it('sysctls alone are set on the host around the rules', async () => {
  const { out } = await run(
    'trace',
    'printed.rules',
    '--host',
    'sysctls.yaml',
    'in tcp 10.7.0.9 -> 203.0.113.9:443 iif=eth0',
    '-o',
    'json',
  );
  expect(JSON.parse(out)).toMatchObject({ outcome: 'forwarded' });
});
