/** Random edits: a rule about what the first packet of a connection is not, or what the whole connection remembers. */
import type { Family } from '../../../src/packet/address.ts';
import type { PacketPools } from './pools.ts';
import type { Random } from './random.ts';
import { NOT_SENT } from './randomPacket.ts';

export interface EditPools extends PacketPools {
  readonly family: Family;
}

/** Ports from which connections are made. */
export const FIRST_PORT = 42_000;

export interface Edit {
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly rule: string;
  /** before the others of its chain */
  readonly first: boolean;
}

const HOOKS: Readonly<Record<Edit['table'], readonly string[]>> = {
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** A rule about what the first packet of a connection is not, or what the whole connection remembers. */
export function edit(random: Random, pools: EditPools): Edit {
  const { pick, chance, weighted } = random;
  const table = weighted([
    [5, 'filter'],
    [3, 'mangle'],
    [2, 'raw'],
    [2, 'nat'],
  ] as const);
  const chain = pick(HOOKS[table]);
  const matches = random.some(places(random, chain, pools), 0.25);
  const about = Array.from({ length: chance(0.75) ? 1 : 2 }, () => condition(random, { table, chain, pools }));
  // iptables takes an option of a match once
  const option = (text: string): string =>
    /--(?:tcp-flags|syn)/.test(text) ? 'flags' : (/(?:^|! )(-[sd])\b/.exec(text)?.[1] ?? /--[\w-]+/.exec(text)?.[0] ?? text);
  const once = about.filter((text, at) => !about.slice(0, at).some((other) => option(other) === option(text)));
  const asked = [...matches, ...about].join(' ');
  const flags = /--(?:tcp-flags|syn|tcp-option)/.test(asked);
  const given = target(random, { table, chain, pools });
  const tcp = flags || given.includes('tcp-reset') || chance(0.7);
  const proto = flags || /--[sd]?ports? |TPROXY|tcp-reset|--to-ports|:\d+$/.test(`${asked} ${given}`) ? [`-p ${tcp ? 'tcp' : 'udp'}`] : [];
  return { table, rule: ['-A', chain, ...proto, ...matches, ...inOrder(once), given].join(' '), first: chance(0.6) };
}

interface RulePlace {
  readonly table: Edit['table'];
  readonly chain: string;
  readonly pools: EditPools;
}

/** Bytes of what sockets send, SYN and acknowledgement. */
const LENGTHS = ['40:52', '53:59', '60', '60:79', '72', '80', '81:1500'];

function places({ pick, chance }: Random, chain: string, { interfaces }: PacketPools): readonly string[] {
  const name = pick([...interfaces.map((one) => one.name), 'lo']);
  const not = chance(0.2) ? '! ' : '';
  return chain === 'PREROUTING' || chain === 'INPUT'
    ? [`${not}-i ${name}`]
    : chain === 'FORWARD'
      ? [`${not}-o ${name}`]
      : [`${not}-o ${name}`];
}

function condition({ pick, chance }: Random, { table, chain, pools }: RulePlace): string {
  const port = pick(pools.ports);
  const not = chance(0.3) ? '! ' : '';
  const address = pick([...pools.addresses.own, ...pools.addresses.foreign].filter((one) => !NOT_SENT.test(one)));
  const plain = [
    `--sport ${port}`,
    `--dport ${port}`,
    '--tcp-flags SYN,ACK SYN,ACK',
    '--tcp-flags SYN,ACK ACK',
    '--tcp-flags PSH PSH',
    `${not}--tcp-flags FIN FIN`,
    `${not}--tcp-flags SYN,RST,ACK,FIN SYN`,
    '--tcp-flags RST RST',
    `${not}--syn`,
    `-m tcp ${not}--tcp-option 3`,
    `-s ${address}`,
    `${not}-d ${address}`,
    `-m length ${not}--length ${pick(LENGTHS)}`,
    `-m ${pools.family === 6 ? 'hl --hl-eq' : 'ttl --ttl-eq'} ${pick([63, 64])}`,
    `-m multiport ${not}--ports ${port},${pick(pools.ports)}`,
    `-m addrtype ${not}--dst-type LOCAL`,
  ];
  const tracked = [
    `-m conntrack ${not}--ctstate NEW`,
    `-m conntrack ${not}--ctstate ESTABLISHED`,
    '-m conntrack --ctstate INVALID',
    `-m conntrack ${not}--ctstate DNAT`,
    `-m conntrack ${not}--ctstate SNAT`,
    '-m conntrack --ctdir REPLY',
    '-m conntrack --ctdir ORIGINAL',
    `-m conntrack --ctorigdstport ${port}`,
    `-m conntrack ${not}--ctorigsrcport ${FIRST_PORT}:${FIRST_PORT + 5}`,
    `-m conntrack --ctrepldstport ${FIRST_PORT}:${FIRST_PORT + 5}`,
    `-m conntrack ${not}--ctorigsrc ${address}`,
    `-m conntrack ${not}--ctorigdst ${address}`,
    `-m conntrack ${not}--ctreplsrc ${address}`,
    `-m conntrack ${not}--ctrepldst ${address}`,
    `-m conntrack ${not}--ctproto 6`,
    `-m conntrack ${not}--ctstate RELATED,ESTABLISHED`,
    '-m conntrack --ctstate UNTRACKED',
    `-m conntrack ${not}--ctstatus CONFIRMED`,
    '-m conntrack --ctdir REPLY --ctstate ESTABLISHED',
    `-m conntrack ${not}--ctreplsrcport ${port}`,
    `-m conntrack ${not}--ctstatus SEEN_REPLY`,
    `-m conntrack ${not}--ctstatus ASSURED`,
    `-m connmark --mark ${pick(pools.marks)}`,
    `-m mark ${not}--mark ${pick(pools.marks)}`,
  ];
  const arriving = chain === 'PREROUTING' || chain === 'INPUT';
  const sockets = arriving ? ['-m socket', '-m socket --nowildcard', '-m socket --transparent'] : [];
  const sending = chain === 'OUTPUT' || chain === 'POSTROUTING';
  const owners = sending ? [`-m owner ${not}--uid-owner ${pick(pools.ids)}`, `-m owner ${not}--socket-exists`] : [];
  const here = [...sockets, ...owners, ...(chain === 'PREROUTING' && table !== 'nat' ? [`-m rpfilter ${not ? '--invert' : ''}`] : [])];
  return pick(table === 'raw' ? [...plain, ...here] : [...plain, ...here, ...tracked]);
}

function target(random: Random, { table, chain, pools }: RulePlace): string {
  const { pick, weighted } = random;
  if (table === 'nat') return natTarget(random, chain, pools);
  if (table === 'raw')
    return weighted([
      [3, '-j DROP'],
      [3, '-j CT --notrack'],
      [2, '-j CT --zone 3'],
      [1, '-j CT --zone-orig 3'],
      [1, '-j CT --zone-reply 3'],
    ]);
  if (table === 'filter')
    return weighted([
      [6, '-j DROP'],
      [1, '-j ACCEPT'],
      [1, '-j REJECT'],
      [1, '-j REJECT --reject-with tcp-reset'],
    ]);
  const changes = [
    '-j MARK --set-mark 7',
    '-j MARK --set-mark 0x539',
    '-j MARK --set-xmark 0x111/0xfff',
    '-j CONNMARK --set-mark 7',
    '-j CONNMARK --set-mark 1337',
    '-j CONNMARK --save-mark',
    '-j CONNMARK --restore-mark',
    pools.family === 6 ? '-j HL --hl-set 1' : '-j TTL --ttl-set 1',
    ...(chain === 'PREROUTING' ? ['-j TPROXY --on-port 15006 --tproxy-mark 0x539', '-j TPROXY --on-port 15001'] : []),
  ];
  return weighted([
    [2, '-j DROP'],
    [3, pick(changes)],
  ]);
}

function natTarget({ pick }: Random, chain: string, { addresses, ports }: EditPools): string {
  const own = pick(addresses.own.filter((one) => !NOT_SENT.test(one)));
  const port = pick(ports.filter((one) => one > 0 && one < 0xffff));
  const end = own.includes(':') ? `[${own}]:${port}` : `${own}:${port}`;
  if (chain === 'INPUT') return `-j SNAT --to-source ${own}`;
  if (chain === 'POSTROUTING') return pick(['-j MASQUERADE', `-j SNAT --to-source ${own}`, '-j ACCEPT']);
  const to = [own, end].map((one) => `-j DNAT --to-destination ${one}`);
  return pick(['-j REDIRECT', `-j REDIRECT --to-ports ${port}`, ...to, '-j ACCEPT']);
}

/** An option of a protocol before those of matches, which could take it for an abbreviation of theirs. */
function inOrder(conditions: readonly string[]): readonly string[] {
  const isMatch = (text: string): boolean => text.startsWith('-m ');
  return [...conditions.filter((text) => !isMatch(text)), ...conditions.filter(isMatch)];
}

/** The text with the rule in its table, which is made where there is none. */
export function inserted(text: string, { table, rule, first }: Edit): string {
  const block = new RegExp(`^\\*${table}\\n[\\s\\S]*?^COMMIT$`, 'm').exec(text)?.[0];
  if (block === undefined)
    return `${text}*${table}\n${HOOKS[table].map((chain) => `:${chain} ACCEPT [0:0]`).join('\n')}\n${rule}\nCOMMIT\n`;
  const lines = block.split('\n');
  const at = first ? lines.findLastIndex((line) => line.startsWith(':') || line.startsWith('*')) + 1 : lines.length - 1;
  return text.replace(block, () => lines.toSpliced(at, 0, rule).join('\n'));
}
