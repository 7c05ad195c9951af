/** Packets between two ports of a bridge. Measured: with net.bridge.bridge-nf-call-iptables=0 datagrams of UDP between two namespaces on
 *  one bridge arrive in spite of a policy DROP of FORWARD, with TTL 1 and in fragments too, and raw PREROUTING counts none; with 1 none arrives. */
import { describe, expect, it, test } from 'vitest';
import { bridgingOf } from '../../src/host/bridge.ts';
import { includes } from '../../src/lib/intervals.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn } from '../../src/symbolic/walk/traverse.ts';
import { endsOfClasses, endsOfWalks } from '../agreement/oneLeg.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const ETH0 = { name: 'eth0', addresses: ['192.168.1.10/24', 'fd00:1::10/64'] };
const CNI0 = { name: 'cni0', addresses: ['10.244.0.1/24', 'fd00:2::1/64'] };
const VETH = { name: 'veth1', addresses: [], master: 'cni0' };
const routesOf = (interfaces: readonly object[]) => (interfaces === HOST.interfaces ? HOST.routes : HOST.routes.slice(0, 1));
const ON = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };
const past = (value: string) => ({ ...ON, 'net.bridge.bridge-nf-call-iptables': value, 'net.bridge.bridge-nf-call-ip6tables': value });
const HOST = { interfaces: [ETH0, CNI0, VETH], routes: ['default via 192.168.1.1 dev eth0', '10.244.9.0/24 via 10.244.0.9 dev cni0'] };
const RULES = `*filter
:INPUT ACCEPT
:FORWARD DROP
:OUTPUT ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT
:POSTROUTING ACCEPT
-A PREROUTING -d 10.244.0.7 -p tcp --dport 80 -j DNAT --to-destination 10.244.0.9:8080
-A PREROUTING -d 192.168.1.10 -p tcp --dport 80 -j DNAT --to-destination 10.244.0.9:8080
COMMIT
`;

async function answer(sysctls: object, packet: string, interfaces: readonly object[] = HOST.interfaces) {
  const files = {
    'host.json': JSON.stringify({ interfaces, routes: routesOf(interfaces), sysctls }),
    r: RULES,
    r6: RULES.slice(0, RULES.indexOf('*nat')),
  };
  const rules = packet.includes('fd00:') ? ['r6', '--family', '6'] : ['r'];
  const { out } = await chainwalk(['trace', ...rules, packet, '--host', 'host.json', '--profile', 'none'], { files });
  return out.replace(/\s+/g, ' ');
}

const POD = 'in tcp 10.244.0.8 -> 10.244.0.9:80 iif=cni0';

describe('from one port of a bridge to another', () => {
  it.each([
    ['a pod to another', POD],
    ['by its port', POD.replace('iif=cni0', 'iif=veth1')],
    ['no rule rewrites it', POD.replace('.9:80', '.7:80')],
    ['its TTL is not looked at', `${POD} ttl=1`],
    ['of IPv6', 'in tcp fd00:2::8 -> [fd00:2::9]:80 iif=cni0'],
  ])('%s: past the rules where the sysctl is 0', async (_, packet) => {
    expect(await answer(past('0'), packet)).toMatch(
      /^FORWARDED bridged to another port of cni0, past these rules, since net\.bridge\.bridge-nf-/,
    );
  });

  it.each([
    ['to another host', 'in tcp 10.244.0.8 -> 192.168.1.7:80 iif=cni0'],
    ['by a gateway on the bridge', 'in tcp 10.244.0.8 -> 10.244.9.7:80 iif=cni0'],
    ['to an address of the host that is rewritten', 'in tcp 10.244.0.8 -> 192.168.1.10:80 iif=cni0'],
    ['from elsewhere', 'in tcp 192.168.1.7 -> 10.244.0.9:80 iif=eth0'],
  ])('%s: routed, and the rules apply', async (_, packet) => {
    const text = await answer(past('0'), packet);
    expect(text).toMatch(/^DROPPED by the policy of filter FORWARD/);
    expect(text).not.toContain('bridge-nf');
    expect(await answer(ON, packet)).not.toContain('bridge-nf');
  });

  it('the host itself takes what is for it', async () => {
    expect(await answer(past('0'), 'in tcp 10.244.0.8 -> 10.244.0.1:80 iif=cni0')).toMatch(/^TO APP/);
  });

  it('meets the rules where the sysctl is 1, and where it is not said that is an assumption', async () => {
    expect(await answer(past('1'), POD)).toMatch(/^DROPPED by the policy of filter FORWARD(?!.*bridge-nf)/);
    expect(await answer(ON, POD)).toMatch(
      /^DROPPED .*assumed packets between two ports of cni0 meet these rules, as net\.bridge\.bridge-nf-call-iptables=1 has it/,
    );
  });

  it('a bridge is known by its type, by its ports, or by its name', async () => {
    const plain = { ...CNI0, name: 'pods' };
    const packet = POD.replace('cni0', 'pods');
    expect(await answer(past('0'), packet, [ETH0, plain])).toMatch(/^DROPPED/);
    expect(await answer(past('0'), packet, [ETH0, { ...plain, type: 'bridge' }])).toMatch(/^FORWARDED bridged/);
    expect(await answer(past('0'), packet, [ETH0, plain, { ...VETH, master: 'pods' }])).toMatch(/^FORWARDED bridged/);
    expect(await answer(past('0'), POD, [ETH0, { ...CNI0, type: 'veth' }])).toMatch(/^DROPPED/);
  });
});

test('sets of packets say what is assumed of bridges', async () => {
  const ask = async (sysctls: object) => {
    const files = { 'host.json': JSON.stringify({ ...HOST, sysctls }), r: RULES };
    return (
      await chainwalk(['find', 'r', '--where', 'in tcp 10.244.0.8 -> 10.244.0.9 iif=cni0', '--outcome', 'dropped', '--host', 'host.json'], {
        files,
      })
    ).out.replace(/\s+/g, ' ');
  };
  expect(await ask(ON)).toContain('assumed packets between two ports of cni0 meet these rules');
  expect(await ask(past('0'))).not.toContain('bridge-nf');
  expect(await ask(past('0'))).toMatch(/^no packet of the set can be DROPPED/);
});

test('what guests look for on the link is what the bridge takes', () => {
  const host = hostOf({ ...HOST, sysctls: past('0') });
  const dst = bridgingOf(host, 4, 'cni0')?.dst ?? [];
  const takes = (text: string) => includes(dst, parseAddress(text) as number);
  expect(['10.244.0.2', '10.244.0.254'].filter(takes)).toHaveLength(2);
  expect(['10.244.0.1', '10.244.0.255', '10.243.255.255', '10.244.1.0', '255.255.255.255', '224.0.0.1', '8.8.8.8'].filter(takes)).toEqual(
    [],
  );
  expect(bridgingOf(host, 4, 'eth0')).toBeUndefined();
});

test.each(['0', '1'])('both engines agree, with the sysctl at %s', (value) => {
  const host = hostOf({ ...HOST, sysctls: past(value) });
  const ruleset = rulesetOf(RULES, { family: 4 });
  const space = makeSpace(4, host);
  const seen = new Set<string>();
  for (const iif of ['cni0', 'veth1', 'eth0']) {
    const classes = traverseIn({ space, ruleset }, iif);
    for (const src of ['10.244.0.8', '10.244.0.255', '192.168.1.7', '8.8.8.8', '127.0.0.1'])
      for (const dst of ['10.244.0.9', '10.244.0.7', '10.244.0.1', '10.244.0.255', '10.244.9.1', '192.168.1.10', '8.8.8.8'])
        for (const more of ['', ' ttl=1', ' frag=100']) {
          const packet = packetOf(
            more.includes('frag') ? `in tcp ${src} -> ${dst} iif=${iif}${more}` : `in tcp ${src}:4000 -> ${dst}:80 iif=${iif}${more}`,
            host,
          );
          const ends = endsOfWalks(space, ruleset, packet);
          expect([iif, src, dst, more, endsOfClasses(space, classes, packet)]).toEqual([iif, src, dst, more, ends]);
          for (const end of ends) seen.add(end.split(' ').slice(0, 2).join(' '));
        }
  }
  expect(seen.has('forwarded cni0')).toBe(value === '0');
  expect(seen.has('dropped policy')).toBe(true);
});
