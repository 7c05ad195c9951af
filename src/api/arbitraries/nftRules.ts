/** Tables of nftables as text that the kernel loads. Chains have their names, types and hooks from the start, so that a rule shrinks alone. */
import fc from 'fast-check';
import type { Family } from '../../packet/address.ts';
import { ADDRESSES, INTERFACES } from './pools.ts';
import { perhaps, pick, text, weighted } from './text.ts';

interface ChainPlace {
  readonly name: string;
  /** absent: other chains lead to it */
  readonly hook?: string;
  readonly does: 'filter' | 'dstnat' | 'srcnat' | 'raw' | 'tproxy' | 'mark';
}

const BASES: readonly ChainPlace[] = [
  { name: 'raw-prerouting', hook: 'type filter hook prerouting priority raw', does: 'raw' },
  { name: 'mangle-prerouting', hook: 'type filter hook prerouting priority mangle', does: 'tproxy' },
  { name: 'nat-prerouting', hook: 'type nat hook prerouting priority dstnat', does: 'dstnat' },
  { name: 'input', hook: 'type filter hook input priority filter', does: 'filter' },
  { name: 'forward', hook: 'type filter hook forward priority filter', does: 'filter' },
  { name: 'raw-output', hook: 'type filter hook output priority raw', does: 'raw' },
  { name: 'route-output', hook: 'type route hook output priority mangle', does: 'mark' },
  { name: 'nat-output', hook: 'type nat hook output priority -100', does: 'dstnat' },
  { name: 'output', hook: 'type filter hook output priority filter', does: 'filter' },
  { name: 'late-output', hook: 'type filter hook output priority filter + 10', does: 'filter' },
  { name: 'nat-postrouting', hook: 'type nat hook postrouting priority srcnat', does: 'srcnat' },
];
/** A chain calls later ones that do the same. */
const USERS: readonly ChainPlace[] = [
  { name: 'services', does: 'filter' },
  { name: 'service-1', does: 'filter' },
  { name: 'redirects', does: 'dstnat' },
  { name: 'endpoint-1', does: 'dstnat' },
];

interface TablePlace {
  readonly table: 'ip' | 'ip6' | 'inet';
  readonly family: Family;
}

export function drawnNftText(family: Family): fc.Arbitrary<string> {
  const own = family === 4 ? 'ip' : 'ip6';
  const tables = [tableText('inet proxy', { table: 'inet', family }), perhaps(30, tableText(`${own} own`, { table: own, family }))];
  return fc.tuple(...tables).map((texts) => texts.join(''));
}

function tableText(name: string, at: TablePlace): fc.Arbitrary<string> {
  const chains = [...BASES, ...USERS].map((chain) => {
    const below = USERS.slice(USERS.indexOf(chain) + 1).filter(({ does }) => does === chain.does);
    const rules = fc.array(ruleText({ ...at, chain, below: below.map((one) => one.name) }), { maxLength: 4 });
    const kept = chain.hook === undefined ? fc.constant(true) : fc.boolean();
    const policy = chain.does === 'filter' ? perhaps(10, fc.constant(' policy drop;')) : fc.constant('');
    return fc.tuple(kept, policy, rules).map(([isThere, ends, lines]) => (isThere ? chainText(chain, ends, lines) : ''));
  });
  return fc.tuple(...chains).map((texts) => `table ${name} {\n${setsText(at)}${texts.join('')}}\n`);
}

function chainText({ name, hook }: ChainPlace, policy: string, rules: readonly string[]): string {
  const lines = [...(hook === undefined ? [] : [`${hook};${policy}`]), ...rules];
  return `chain ${name} {\n${lines.map((line) => `${line}\n`).join('')}}\n`;
}

function setsText({ family }: TablePlace): string {
  const { foreign } = ADDRESSES[family];
  const ranges = family === 4 ? ['10.0.0.0/8', '192.168.50.0/24'] : ['2001:db8::8/126', 'fd00::/8'];
  const [service] = foreign;
  return `set peers {
type ipv${family}_addr
flags interval
elements = { ${ranges.join(', ')} }
}
map lookup {
type ipv${family}_addr . inet_service : verdict
elements = { ${service} . 80 : goto service-1, ${service} . 443 : drop }
}
`;
}

interface RulePlace extends TablePlace {
  readonly chain: ChainPlace;
  readonly below: readonly string[];
}

type Proto = 'tcp' | 'udp' | undefined;

function ruleText(place: RulePlace): fc.Arbitrary<string> {
  const rule = (proto: Proto): fc.Arbitrary<string> =>
    fc
      .tuple(protocolText(proto), addressText(place), otherText(place), writeText(place, proto), endText(place, proto))
      .map((parts) => parts.filter((part) => part !== '').join(' ') || 'counter');
  return weighted<string>([
    [3, rule('tcp')],
    [1, rule('udp')],
    [3, rule(undefined)],
  ]);
}

const PORTS = ['80', '443', '15001', '15008', '53'];

function protocolText(proto: Proto): fc.Arbitrary<string> {
  if (proto === undefined) return perhaps(15, pick(['meta l4proto { tcp, udp }', 'meta l4proto != udp', 'meta l4proto tcp']));
  const ports = weighted([
    [5, pick(PORTS)],
    [2, pick(['{ 80, 443 }', '1024-65535', '!= 15008', '!= { 53, 15008 }'])],
  ]);
  return weighted([
    [3, text`${fc.constant(proto)} dport ${ports}`],
    [1, fc.constant(`meta l4proto ${proto}`)],
  ]);
}

function addressText({ family }: TablePlace): fc.Arbitrary<string> {
  const ip = fc.constant(family === 4 ? 'ip' : 'ip6');
  const { prefixes, foreign, own } = ADDRESSES[family];
  const one = weighted([
    [3, pick(prefixes)],
    [1, pick(foreign)],
  ]);
  return perhaps(
    50,
    weighted([
      [4, text`${ip} ${pick(['daddr', 'saddr'])} ${perhaps(25, fc.constant('!= '))}${one}`],
      [1, text`${ip} daddr @peers`],
      [1, text`${ip} saddr { ${pick(own)}, ${pick(foreign)} }`],
    ]),
  );
}

function otherText({ chain: { name, does } }: RulePlace): fc.Arbitrary<string> {
  const sent = /output/.test(name);
  const tracked = does === 'raw' ? [] : ['ct state established,related', 'ct state new', 'ct mark 0x1', 'ct state invalid'];
  const users = sent ? ['meta skuid 1337', 'meta skuid != 1337', 'meta skgid 1337'] : [];
  return perhaps(
    40,
    weighted([
      [2, pick(['meta mark 0x539', 'meta mark & 0xfff != 0x539', 'meta mark 0', ...users])],
      [1, text`${pick(sent ? ['oifname'] : ['iifname'])} ${perhaps(25, fc.constant('!= '))}"${pick([...INTERFACES, 'eth*'])}"`],
      [tracked.length, pick(tracked.length === 0 ? ['counter'] : tracked)],
      [1, fc.constant('limit rate 5/second')],
    ]),
  );
}

function writeText({ chain: { does } }: RulePlace, proto: Proto): fc.Arbitrary<string> {
  const some = ['counter', 'meta mark set 0x1', 'meta mark set meta mark | 0x4000'];
  const tracked = does === 'raw' ? [] : ['ct mark set meta mark', 'meta mark set ct mark'];
  const ported = proto === undefined ? [] : [`meta mark set ${proto} dport map { 80 : 0x1, 443 : 0x2 }`];
  return perhaps(35, pick([...some, ...tracked, ...ported]));
}

function endText(place: RulePlace, proto: Proto): fc.Arbitrary<string> {
  const { table, chain, below, family } = place;
  const ip = family === 4 ? 'ip' : 'ip6';
  const to = table === 'inet' ? ` ${ip}` : '';
  const calls = below.flatMap((name) => [`jump ${name}`, `goto ${name}`]);
  const usual = ['accept', 'return', 'drop', ...calls];
  const [address = '', other = ''] = ADDRESSES[family].foreign;
  const withPort = family === 4 ? `${address}:80` : `[${address}]:80`;
  const vmap = proto === undefined ? [] : [`${proto} dport vmap { 80 : accept, 443 : ${calls[0] ?? 'drop'} }`];
  switch (chain.does) {
    case 'filter': {
      const lookup = below.includes('service-1') && proto !== undefined ? [`${ip} daddr . ${proto} dport vmap @lookup`] : [];
      return pick([...usual, 'reject', ...vmap, ...lookup]);
    }
    case 'dstnat': {
      const ported = proto === undefined ? [] : ['redirect to :15001', 'redirect to :15006', `dnat${to} to ${withPort}`];
      return pick([...ported, `dnat${to} to ${other}`, 'redirect', 'accept', 'return', ...calls]);
    }
    case 'srcnat':
      return pick(['masquerade', `snat${to} to ${other}`, 'accept', 'return']);
    case 'raw':
      return pick(['notrack', 'ct zone set 1', 'accept', 'return', 'drop']);
    case 'tproxy': {
      const tproxy = proto === undefined ? [] : [`tproxy${to} to :15006`, `tproxy${to} to :15006 meta mark set 0x539 accept`];
      return pick([...usual, ...tproxy]);
    }
    case 'mark':
      return pick(['meta mark set 0x539', 'accept', 'return', ...vmap]);
  }
}
