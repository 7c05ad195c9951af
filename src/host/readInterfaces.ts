/** The interfaces of a host description. */
import { isWord } from '../lib/described.ts';
import { isJsonRecord } from '../lib/json.ts';
import { valueText } from '../lib/valueText.ts';
import type { Family, Prefix } from '../packet/address.ts';
import { familyOf, parsePrefix } from '../packet/address.ts';
import type { Interface, InterfaceAddress } from './host.ts';
import { readAddress } from './readAddress.ts';
import { isLoopback4 } from './sourceAddress.ts';

const LOOPBACK: Interface = {
  name: 'lo',
  group: 0,
  addresses: [
    { address: 0x7f00_0001, length: 8 },
    { address: 1n, length: 128 },
  ],
};

/** With lo, which is always there; what is wrong is added to `problems`. */
export function readInterfaces(entries: readonly unknown[], problems: string[]): readonly Interface[] {
  const named = entries.flatMap((entry) => readInterface(entry, problems));
  for (const [index, { name }] of named.entries())
    if (named.findIndex((other) => other.name === name) < index) problems.push(`interface \`${name}\` is given twice`);
  const lo = named.find(({ name }) => name === 'lo');
  const extra = (lo?.addresses ?? []).filter((own) => !LOOPBACK.addresses.some(({ address }) => address === own.address));
  return [
    { ...LOOPBACK, group: lo?.group ?? 0, addresses: [...LOOPBACK.addresses, ...extra] },
    ...named.filter(({ name }) => name !== 'lo'),
  ];
}

const STATES: ReadonlyMap<unknown, Interface['state'] | 'up'> = new Map([
  [undefined, 'up'],
  ['up', 'up'],
  ['unknown', 'up'],
  ['down', 'down'],
  ['no-carrier', 'no-carrier'],
]);

function readInterface(entry: unknown, problems: string[]): readonly Interface[] {
  if (!isJsonRecord(entry) || typeof entry.name !== 'string' || !/^[^\s/]{1,15}$/.test(entry.name)) {
    problems.push(`\`${valueText(entry)}\` in \`interfaces\` has no interface name of 1 to 15 characters`);
    return [];
  }
  const { name, group = 0, mtu, state, master, type, table } = entry;
  const say = (what: string): void => {
    problems.push(`the ${what} of interface \`${name}\` is not ${WANTED[what] ?? 'a word'}`);
  };
  if (!isWord(group)) say('group');
  if (mtu !== undefined && !isWord(mtu)) say('mtu');
  const known = STATES.get(typeof state === 'string' ? state.toLowerCase() : state);
  if (known === undefined) say('state');
  for (const [what, value] of Object.entries({ master, type })) if (value !== undefined && typeof value !== 'string') say(what);
  return [
    {
      name,
      addresses: readAddresses(entry, problems),
      group: isWord(group) ? group : 0,
      ...(isWord(mtu) && { mtu }),
      ...(known !== undefined && known !== 'up' && { state: known }),
      ...(typeof master === 'string' && { master }),
      ...(typeof type === 'string' && { type }),
      ...(table !== undefined && { table: valueText(table) }),
    },
  ];
}

const WANTED: Readonly<Record<string, string>> = {
  group: 'a number from 0 to 4294967295',
  mtu: 'a number',
  state: '`up`, `down` or `no-carrier`',
};

/** What is said of the interface holds for all its addresses. */
function readAddresses(entry: Record<string, unknown>, problems: string[]): readonly InterfaceAddress[] {
  const name = valueText(entry.name);
  const { addresses = [], peer, scope, flags = [] } = entry;
  if (!Array.isArray(addresses)) problems.push(`\`addresses of ${name}\` is not a list`);
  const other = peer === undefined ? undefined : parsePrefix(valueText(peer));
  if (peer !== undefined && other === undefined) problems.push(`the peer of interface \`${name}\` is not an address`);
  const common = [...(scope === undefined ? [] : [`scope ${valueText(scope)}`]), ...(Array.isArray(flags) ? flags.map(valueText) : [])];
  if (!Array.isArray(flags)) problems.push(`the flags of interface \`${name}\` are not a list`);
  const read = (Array.isArray(addresses) ? addresses : []).flatMap((text): InterfaceAddress[] => {
    const words = typeof text === 'string' ? [text, ...common].join(' ') : '';
    const found = readAddress(words);
    if (typeof found === 'string') problems.push(`\`${valueText(text)}\` in the addresses of \`${name}\` ${found}`);
    return typeof found === 'string' ? [] : [withPeer(found, other)];
  });
  return inKernelOrder(read);
}

function withPeer(own: InterfaceAddress, peer: Prefix | undefined): InterfaceAddress {
  if (peer === undefined || familyOf(peer.address) !== familyOf(own.address)) return own;
  return { ...own, length: peer.length, peer };
}

const NARROWEST_FIRST = ['host', 'link', 'site', 'global'] as const;

/** IPv4 has the addresses of narrower scopes first. kernel net/ipv4/devinet.c __inet_insert_ifa() */
function inKernelOrder(addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const of = (family: Family) => addresses.filter(({ address }) => familyOf(address) === family);
  const rank = ({ address, scope }: InterfaceAddress): number =>
    NARROWEST_FIRST.indexOf(scope ?? (typeof address === 'number' && isLoopback4(address) ? 'host' : 'global'));
  return [...of(4).sort((a, b) => rank(a) - rank(b)), ...of(6)];
}
