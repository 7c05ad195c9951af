/** Hosts as `ip`, `ipset` and `sysctl` print them here are read without loss: commands made from what was read give a host that prints and
 *  reads the same. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import type { HostDescription, InterfaceDescription } from '../../src/host/hostDescription.ts';
import { sourceFor } from '../../src/host/output.ts';
import { readHost } from '../../src/host/readHost.ts';
import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import { printedDescription } from '../../src/syntax/host/hostDocument.ts';
import { kernelHere } from './kernelHere.ts';

/** Interfaces eth0 and eth1 have their other ends, p-eth0 and p-eth1, beside them. */
const made = (name: string): string =>
  `ip link add ${name} type veth peer name p-${name}; ip link set ${name} addrgenmode none; ip link set p-${name} addrgenmode none`;
const NICS = ['eth0', 'eth1'].map(made).join('\n');
const UP = 'for i in lo eth0 eth1 p-eth0 p-eth1; do ip link set $i up; done';
const ADDRESSED = `${NICS}\n${UP}\nip addr add 10.0.0.1/24 dev eth0\nip addr add fd00::1/64 dev eth0 nodad\n`;

const SETUPS: Readonly<Record<string, string>> = {
  'only lo': 'ip link set lo up',
  'lo with more addresses': 'ip link set lo up\nip addr add 10.99.0.1/32 dev lo\nip addr add fd99::1/128 dev lo nodad',
  'addresses of two families': `${ADDRESSED}ip addr add 192.168.7.1/16 dev eth1`,
  'secondary addresses': `${ADDRESSED}ip addr add 10.0.0.7/24 dev eth0\nip addr add 10.0.0.3/25 dev eth0\nip addr add 10.0.1.1/24 dev eth0`,
  peers: `${ADDRESSED}ip addr add 10.9.0.1 peer 10.9.0.2/32 dev eth1\nip addr add 10.8.0.1 peer 10.8.7.0/24 dev eth1`,
  scopes: `${ADDRESSED}ip addr add 169.254.7.1/32 scope link dev eth0\nip addr add 10.5.0.1/24 scope host dev eth1`,
  'several addresses of IPv6': `${ADDRESSED}ip addr add fd00::7/64 dev eth0 nodad\nip addr add fd01::1/128 dev eth0 nodad\nip addr add fd02::1/64 dev eth1 nodad preferred_lft 0`,
  'addresses without their routes': `${ADDRESSED}ip addr add 10.7.0.1/24 dev eth1 noprefixroute\nip addr add fd07::1/64 dev eth1 nodad noprefixroute`,
  'interfaces down and without carrier': `${NICS}\nip link set lo up\nip addr add 10.0.0.1/24 dev eth0\nip link set eth1 up\nip addr add 10.1.0.1/24 dev eth1\nip link add br7 type bridge\nip link set br7 addrgenmode none\nip link set br7 up\nip addr add 172.17.0.1/16 dev br7`,
  'a bridge with its port': `${ADDRESSED}ip link add br0 mtu 1400 type bridge\nip link set br0 addrgenmode none\nip link set br0 up\nip link set eth1 master br0\nip addr add 172.18.0.1/16 dev br0`,
  groups: `${ADDRESSED}ip link set eth1 group 7\nip link set eth1 mtu 9000`,
  'default routes': `${ADDRESSED}ip route add default via 10.0.0.254 metric 100 proto static\nip route add default via 10.0.0.253 metric 200\nip -6 route add default via fd00::fe dev eth0`,
  'kinds of routes': `${ADDRESSED}ip route add blackhole 10.51.0.0/16\nip route add unreachable 10.52.0.0/16\nip route add prohibit 10.53.0.0/16\nip route add throw 10.54.0.0/16 table 100\nip -6 route add unreachable fd51::/64\nip -6 route add blackhole fd54::/64`,
  'several next hops': `${ADDRESSED}ip route add 10.50.0.0/16 nexthop via 10.0.0.2 dev eth0 weight 1 nexthop via 10.0.0.3 dev eth0 weight 3\nip -6 route add fd50::/64 nexthop via fd00::3 dev eth0 nexthop via fd00::4 dev eth0 weight 2`,
  'routes with conditions': `${ADDRESSED}ip route add 10.55.0.0/16 tos 0x10 via 10.0.0.2\nip route add 10.56.0.0/16 via 10.0.0.2 src 10.0.0.1 mtu 1200 advmss 1000\nip -6 route add fd52::/64 from fd00::/64 via fd00::3 dev eth0`,
  'gateways elsewhere': `${ADDRESSED}ip route add 10.57.0.0/16 via inet6 fd00::9 dev eth0\nip route add 10.58.0.0/16 via 10.88.0.1 dev eth0 onlink\nip route add 10.59.0.0/16 dev eth1 scope link\nip route add 10.60.0.0/16 dev eth1 scope global`,
  'tables of their own': `${ADDRESSED}ip route add local 0.0.0.0/0 dev lo table 133\nip -6 route add local ::/0 dev lo table 133\nip route add default dev eth1 table 51820\nip -6 route add default dev eth1 table 51820`,
  'more local addresses': `${ADDRESSED}ip route add local 10.77.0.0/16 dev lo\nip -6 route add local fd77::/64 dev lo`,
  'rules by mark and address': `${ADDRESSED}ip rule add fwmark 1337 lookup 133\nip rule add fwmark 0x1/0xff lookup 133 pref 100\nip rule add not from 10.0.0.0/8 to 10.1.0.0/16 iif eth0 oif eth1 lookup 100\nip -6 rule add from fd00::/64 lookup 100\nip -6 rule add fwmark 1 lookup 133`,
  'rules of wg-quick': `${ADDRESSED}ip rule add not fwmark 0xca6c lookup 51820\nip rule add lookup main suppress_prefixlength 0\nip -6 rule add not fwmark 0xca6c lookup 51820\nip -6 rule add lookup main suppress_prefixlength 0`,
  'rules by user, protocol and port': `${ADDRESSED}ip rule add uidrange 1000-1002 lookup 100\nip rule add ipproto tcp dport 53 sport 1000-2000 lookup 100\nip rule add tos 0x10 lookup 100\nip rule add lookup main suppress_ifgroup 7 pref 55`,
  'rules without a table': `${ADDRESSED}ip rule add blackhole from 10.99.0.0/16\nip rule add unreachable from 10.98.0.1\nip rule add prohibit iif eth1 pref 9\nip rule add pref 10 goto 32766\nip rule add pref 11 nop\nip rule add iif gone0 lookup 5`,
  'the usual rules are others': `${ADDRESSED}ip rule add lookup local pref 200\nip rule del pref 0\nip -6 rule del pref 32766`,
  sysctls: `${ADDRESSED}sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.eth0.route_localnet=1 net.ipv6.conf.all.forwarding=1`,
  sets: `${ADDRESSED}ipset create a hash:ip\nipset add a 10.0.0.1\nipset create b hash:net family inet6\nipset add b fd00::/64\nipset create c bitmap:port range 0-65535\nipset add c 80-82\nipset create d list:set\nipset add d a\nipset create e hash:net\nipset add e 10.0.0.0/8\nipset add e 10.1.0.0/16 nomatch\nipset create f hash:ip netmask 24\nipset add f 10.0.0.0\nipset create g hash:net,iface\nipset add g 10.0.0.0/8,eth0`,
};

const ROUTING = ['ip -4 route show table all', 'ip -6 route show table all', 'ip -4 rule', 'ip -6 rule'];
const REST = ['ipset save', 'sysctl -a -e -r ^net.ipv4.ip_forward$|^net.ipv[46].conf.(all|eth0).(rp_filter|route_localnet|forwarding)$'];
/** Ways of one program to say the same. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  text: ['ip -d link', 'ip addr', ...ROUTING],
  'one line each': ['ip -o -d link', 'ip -o addr', ...ROUTING.map((call) => call.replace('ip ', 'ip -o '))],
  'more of it': ['ip -s -d addr', ...ROUTING.map((call) => call.replace('ip ', 'ip -d '))],
  JSON: ['ip -j -d addr', ...ROUTING.map((call) => call.replace('ip ', 'ip -j '))],
  'pretty JSON': ['ip -j -p -d addr', ...ROUTING.map((call) => call.replace('ip ', 'ip -j -p '))],
};

/** Carriers, and local routes of IPv6, come a moment after the call that makes them. */
const SETTLED = `n=0
while [ $n -lt 60 ] && { ip -o link show up type veth | grep -q NO-CARRIER ||
  [ "$(ip -6 -o addr | grep -cv tentative)" != "$(ip -6 route show table local type local | grep -c '^local .* proto kernel')" ]; }; do
  n=$((n + 1)); sleep 0.01
done`;

/** By form. */
function inNamespace(setup: string, forms: readonly string[]): ReadonlyMap<string, string> {
  const print = forms.flatMap((form) => [
    `echo '### ${form}'`,
    ...[...(FORMS[form] ?? []), ...REST].map((call) => `echo '# ${call.replace(/ -r .*/, '')}'\n${call.replace(/(\^.*)$/, "'$1'")}`),
  ]);
  const script = `set -e\n${setup}\n${SETTLED}\n${print.join('\n')}`;
  const { stdout, stderr, status } = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${setup}\n${stderr}`);
  const parts = stdout.split(/^### (.*)\n/m).slice(1);
  return new Map(forms.map((form, at) => [form, parts[2 * at + 1] ?? '']));
}

const isEnd = ({ name }: InterfaceDescription): boolean => name.startsWith('p-');

function readFrom(text: string): HostDescription {
  const { description, diagnostics } = printedDescription([{ file: 'x', text }]);
  expect(diagnostics.map(({ message }) => message).filter((one) => !/^no (?:routes of IPv|interfaces)/.test(one))).toEqual([]);
  const of = { ...description, interfaces: description.interfaces.filter((nic) => !isEnd(nic)) };
  expect(readHost(of).problems).toEqual([]);
  // a hash has no order
  const sets = Object.entries(of.sets ?? {}).map(([name, set]) => [name, { ...set, members: [...set.members].sort() }]);
  return { ...of, sets: Object.fromEntries(sets) as NonNullable<HostDescription['sets']> };
}

/** What ip(8) is told to make the same. */
function commandsOf({
  interfaces,
  routes = [],
  ip_rules = [],
  default_rules,
  route_tables = {},
  sysctls = {},
  sets = {},
}: HostDescription): string {
  const nics = interfaces as readonly (InterfaceDescription & {
    readonly state?: string;
    readonly master?: string;
    readonly mtu?: number;
    readonly group?: number;
  })[];
  const family = (text: string): string => (/^-6 /.test(text) || (text.includes(':') && !text.includes(' inet6 ')) ? '-6' : '-4');
  const added = (what: string) => (text: string, table?: string) =>
    `ip ${family(text)} ${what} add ${text.replace(/^-6 /, '').replaceAll(/ (?:linkdown|dead)\b/g, '')}${table === undefined ? '' : ` table ${table}`}`;
  const links = nics.flatMap(({ name, type, mtu, group, state, master }) => [
    ...(name === 'lo' ? [] : [type === 'bridge' ? `ip link add ${name} type bridge; ip link set ${name} addrgenmode none` : made(name)]),
    ...(mtu === undefined ? [] : [`ip link set ${name} mtu ${mtu}`]),
    ...(group === undefined ? [] : [`ip link set ${name} group ${group}`]),
    ...(master === undefined ? [] : [`true later ${name} ${master}`]),
    ...(state === 'down' ? [] : [`ip link set ${name} up`]),
    ...(name === 'lo' || type === 'bridge' || state === 'no-carrier' || state === 'down' ? [] : [`ip link set p-${name} up`]),
  ]);
  const masters = links.flatMap((line) =>
    line.startsWith('true later') ? [line.replace(/true later (\S+) (\S+)/, 'ip link set $1 master $2')] : [],
  );
  const addresses = nics.flatMap(({ name, addresses: own }) =>
    own.map((text) => `ip addr add ${text.replace(' deprecated', ' preferred_lft 0')} dev ${name}${text.includes(':') ? ' nodad' : ''}`),
  );
  const usual = default_rules === false ? ['4', '6'].flatMap((of) => [`ip -${of} rule flush`, `ip -${of} rule del pref 0`]) : [];
  return [
    'ip link set lo up',
    ...links.filter((line) => !line.startsWith('true')),
    ...masters,
    ...Object.entries(sysctls).map(([key, value]) => `sysctl -qw ${key}=${value}`),
    ...addresses,
    ...[...routes].sort((a, b) => Number(a.includes('via')) - Number(b.includes('via'))).map((text) => added('route')(text)),
    ...Object.entries(route_tables).flatMap(([table, texts]) => texts.map((text) => added('route')(text, table))),
    ...usual,
    ...ip_rules.map((text) => added('rule')(text)),
    ...Object.entries(sets).flatMap(([name, { type, members, options = '' }]) => [
      `ipset create ${name} ${type} ${options}${members.some((one) => /^[0-9a-f]*:.*:/.test(one)) ? ' family inet6' : ''}`,
      ...members.map((member) => `ipset add ${name} ${member}`),
    ]),
  ].join('\n');
}

/** Numbers of interfaces, MAC addresses, times and hashes are each run's own; the other ends are not part of the host. */
function comparable(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !/\bp-eth|initval|^\d+: p-|forever|^ +(?:link\/|veth|bridge)/.test(line))
    .map((line) =>
      line
        .replace(/^\d+: (?=\w+[@:])/, '')
        .replace(/ (?:proto (?:static|boot)|advmss \d+)\b/g, '')
        .trimEnd(),
    );
}

function once<T>(make: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: make() };
    return known.value;
  };
}

describe.runIf(kernelHere())('what is printed of a host', () => {
  const seen = { outputs: 0 };

  describe.each(Object.entries(SETUPS))('%s', (_, setup) => {
    const printed = once(() => inNamespace(setup, Object.keys(FORMS)));
    const read = once(() => readFrom(printed().get('text') ?? ''));

    test.each(Object.entries(FORMS))('is the same host from %s', (form, calls) => {
      expect(readFrom(printed().get(form) ?? '')).toEqual(read());
      seen.outputs += calls.length + REST.length;
    });

    test('commands made from it give a host that prints and reads the same', () => {
      const again = inNamespace(commandsOf(read()), ['text']).get('text') ?? '';
      expect(readFrom(again)).toEqual(read());
      const routes = (all: string): readonly string[] => comparable(all.slice(all.indexOf('# ip -4 route'), all.indexOf('# ipset save')));
      expect(routes(again)).toEqual(routes(printed().get('text') ?? ''));
    });
  });

  afterAll(() => expect(seen.outputs).toBeGreaterThan(60));
});

/** CI has it. */
const BUSYBOX = process.env.CI === 'true' || spawnSync('busybox', ['ip', 'rule']).status === 0 ? ['busybox ip'] : [];

describe.runIf(kernelHere())('the source of IPv6 is the one that the kernel chooses, though ip prints the newest address first', () => {
  test.each(['ip', 'ip -j', ...BUSYBOX])('%s', (ip) => {
    const setUp = `${NICS}\n${UP}\nfor n in 2 3 1; do ip addr add fd00::$n/64 dev eth0 nodad; done\nip -6 route add default via fd00::fe dev eth0`;
    const calls = [`${ip} addr`, `${ip} -6 route show table all`].map((call) => `echo '# ${call}'; ${call}`).join('\n');
    const script = `${setUp}\n${SETTLED}\nip -6 route get 2001:db8::1\n${calls}`;
    const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' });
    const [, chosen] = / src (\S+)/.exec(stdout) ?? [];
    const { host } = readHost(printedDescription([{ file: 'x', text: stdout.slice(stdout.indexOf('#')) }]).description);
    const dst = parseAddress('2001:db8::1') ?? 0n;
    const source = host && sourceFor(host, { family: 6, dst, mark: 0 });
    expect([chosen, source && formatAddress(source)]).toEqual(['fd00::1', 'fd00::1']);
  });
});
