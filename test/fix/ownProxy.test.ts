/** Edits for rules of a proxy that the host names: what it sends is let past, and nothing of its chains is taken out. */
import { expect, it } from 'vitest';
import type { ProxyDescription } from '../../src/api/library/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const HOST = {
  interfaces: [
    { name: 'lan', addresses: ['192.168.41.1/24'] },
    { name: 'wan', addresses: ['198.51.100.41/24'] },
  ],
  routes: ['default via 198.51.100.1 dev wan'],
  sysctls: { 'net.ipv4.ip_forward': '1' },
  listeners: [],
};
const SOCKS: ProxyDescription = {
  process: 'socksify',
  listens: ['tcp 4100'],
  takes: 'outbound',
  dials: 'original',
  uid: 741,
  own_port: 'closed',
};
const RULES = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':tosocks - [0:0]',
  '-A PREROUTING -i lan -p tcp -j tosocks',
  '-A OUTPUT -p tcp -j tosocks',
  '-A tosocks -d 127.0.0.0/8 -j RETURN',
  '-A tosocks -d 192.168.0.0/16 -j RETURN',
  '-A tosocks -p tcp -j REDIRECT --to-ports 4100',
  'COMMIT',
  '',
].join('\n');

async function fixed(proxies: readonly ProxyDescription[], rules = RULES) {
  const files = { 'r.rules': rules, 'h.json': JSON.stringify({ ...HOST, proxies }) };
  const { out } = await chainwalk(['verify', 'r.rules', '--host', 'h.json', '--family', '4', '--fix', '--dry-run'], { files });
  return out.split('\n').filter((line) => /^[-+]-A /.test(line));
}

it.each([
  ['its user', [SOCKS], ['+-A OUTPUT -m owner --uid-owner 741 -j RETURN']],
  ['its mark', [{ ...SOCKS, uid: 0, mark: 65 }], ['+-A OUTPUT -m mark --mark 0x41 -j RETURN']],
])('what it sends is let past by %s', async (_, proxies, lines) => expect(await fixed(proxies)).toEqual(lines));

it('of root without a mark there is no edit: the redirect stays', async () => expect(await fixed([{ ...SOCKS, uid: 0 }])).toEqual([]));

it('each of two proxies', async () => {
  const second: ProxyDescription = { process: 'names', listens: ['udp 4153'], takes: 'dns', dials: '203.0.113.53:53', uid: 742 };
  const rules = RULES.replace('-A tosocks -d 127', '-A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 4153\n-A tosocks -d 127');
  expect((await fixed([SOCKS, second], rules)).toSorted()).toEqual([
    '+-A OUTPUT -m owner --uid-owner 741 -j RETURN',
    '+-A OUTPUT -m owner --uid-owner 742 -j RETURN',
  ]);
});
