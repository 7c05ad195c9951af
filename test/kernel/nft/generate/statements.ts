/** What rules of nft do: verdicts and verdict maps, marks, conntrack, NAT, tproxy, reject. */
import { ADDRESSES, MARKS, PORTS } from '../../../../src/api/arbitraries/pools.ts';
import type { Random } from '../../generate/random.ts';
import type { Layer3 } from './keys.ts';
import { type Drawn, drawKey, drawKeys, elementsOf, layerOf, several } from './matches.ts';
import { type Asked, asked, hasPorts, isWithin, type Place } from './place.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Something that does not end the rule. */
export function drawAction(place: Place, before: Asked): Drawn {
  const { random, type, declared } = place;
  const same = (text: string): Drawn => ({ text, after: before });
  return random.weighted<() => Drawn>([
    [14, () => same('counter')],
    [26, () => newMark(place, 'meta mark', before)],
    [12, () => newMark(place, 'ct mark', before)],
    [4, () => same(random.pick(['log prefix "a rule: " group 9', 'log group 9', 'meta nftrace set 1']))],
    [place.early ? 10 : 2, () => same(random.pick(['notrack', 'ct zone set 1', 'ct zone set 2', 'ct original zone set 1']))],
    [3, () => headerWrite(place, before)],
    [4, () => dynamic(place, before)],
    [type === 'filter' && isWithin(place, ['prerouting']) && hasPorts(before) ? 30 : 0, () => tproxy(place, before)],
    [2, () => same(`counter name "${object(declared, 'counter')}"`)],
  ])();
}

function object(declared: string[], kind: string): string {
  const name = `o${declared.length + 1}`;
  declared.push(`${kind} ${name} { }`);
  return name;
}

function newMark(place: Place, own: 'meta mark' | 'ct mark', before: Asked): Drawn {
  const { random } = place;
  const { pick } = random;
  const other = own === 'meta mark' ? 'ct mark' : pick(['meta mark', 'mark']);
  const value = (): string => hex(pick(MARKS));
  const set = (text: string): Drawn => ({ text: `${own} set ${text}`, after: before });
  return random.weighted<() => Drawn>([
    [40, () => set(value())],
    [10, () => set(`${own} | ${value()}`)],
    [10, () => set(`${own} & ${value()}`)],
    [8, () => set(`${own} ^ ${value()}`)],
    [8, () => set(`${own} & ${value()} | ${value()}`)],
    [12, () => set(other)],
    [6, () => set(`${other} ${pick(['&', '|', '^'])} ${value()}`)],
    [4, () => set(`${other} & ${value()} | ${value()}`)],
    [10, () => markMap(place, own, before)],
  ])();
}

function markMap(place: Place, own: string, before: Asked): Drawn {
  const { random, declared } = place;
  const key = drawKey(place, before, (one) => one.alone !== true && one.notMapped !== true);
  if (key === undefined) return { text: `${own} set 7`, after: before };
  const after = asked(before, key);
  const intervals = key.parts.length > 0 && random.chance(0.4);
  const elements = elementsOf(random, [key], intervals).map((one) => `${one} : ${hex(random.pick(MARKS))}`);
  if (key.type === undefined || random.chance(0.5)) return { text: `${own} set ${key.text} map { ${elements.join(', ')} }`, after };
  const name = `m${declared.length + 1}`;
  declared.push(`map ${name} { type ${key.type} : mark;${intervals ? ' flags interval;' : ''} elements = { ${elements.join(', ')} } }`);
  return { text: `${own} set ${key.text} map @${name}`, after };
}

function headerWrite(place: Place, before: Asked): Drawn {
  const { random } = place;
  const l3 = layerOf(place, before);
  const field = random.chance(0.7) ? `dscp set ${random.pick(['cs1', 'ef', '0x3f'])}` : l3 === 'ip' ? 'ttl set 63' : 'hoplimit set 63';
  return { text: `${l3} ${field}`, after: { ...before, l3 } };
}

function dynamic(place: Place, before: Asked): Drawn {
  const { random, declared } = place;
  const l3 = layerOf(place, before);
  const name = `d${declared.length + 1}`;
  const type = l3 === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  declared.push(`set ${name} { type ${type}; size 1024; flags dynamic${random.chance(0.5) ? ',timeout; timeout 1h' : ''}; }`);
  return { text: `${random.pick(['add', 'update'])} @${name} { ${l3} saddr }`, after: { ...before, l3 } };
}

const NOWHERE = /^(?:127|::1$|::6$|240|::ffff)/;
function target(random: Random, layer: Layer3): string {
  const { own, foreign } = ADDRESSES[layer === 'ip' ? 4 : 6];
  return random.pick([...own, ...foreign].filter((one) => !NOWHERE.test(one)));
}

const withPort = (address: string, layer: Layer3, port: number | string): string => `${layer === 'ip6' ? `[${address}]` : address}:${port}`;

function tproxy(place: Place, before: Asked): Drawn {
  const { random, family } = place;
  const layer = layerOf(place, before);
  const port = random.pick([15001, 15006, 80, 8080]);
  if (random.chance(0.5) && (family !== 'inet' || before.l3 === undefined)) return { text: `tproxy to :${port}`, after: before };
  const address = random.pick(ADDRESSES[layer === 'ip' ? 4 : 6].own);
  const to = random.chance(0.3) ? withPort(address, layer, port) : `:${port}`;
  return { text: `tproxy ${family === 'inet' ? `${layer} ` : ''}to ${to}`, after: { ...before, l3: layer } };
}

/** What ends the rule, or the last that it does. */
export function drawVerdict(place: Place, before: Asked): string {
  const { random, type, hooks, below, isAnonymous } = place;
  const rejects = isWithin(place, ['prerouting', 'input', 'forward', 'output']);
  const nats = type === 'nat' ? 60 : 0;
  return random.weighted<() => string>([
    [14, () => 'accept'],
    [5, () => 'drop'],
    [8, () => 'return'],
    [2, () => 'continue'],
    [below.length > 0 ? 26 : 0, () => `${random.chance(0.75) ? 'jump' : 'goto'} ${random.pick(below).name}`],
    [14, () => verdictMap(place, before)],
    [rejects ? 5 : 0, () => reject(place, before)],
    [nats, () => nat(place, before)],
    [isAnonymous === true || hooks.length === 0 ? 0 : 7, () => `${random.chance(0.75) ? 'jump' : 'goto'} {}`],
  ])();
}

export function reject({ random, family }: Pick<Place, 'random' | 'family'>, { l3, l4 }: Asked): string {
  return random.pick([
    'reject',
    ...(l4 === 'tcp' ? ['reject with tcp reset'] : []),
    ...(family === 'inet' ? ['reject with icmpx admin-prohibited', 'reject with icmpx no-route'] : []),
    ...(family === 'ip' || l3 === 'ip' ? ['reject with icmp host-unreachable'] : []),
    ...(family === 'ip6' || l3 === 'ip6' ? ['reject with icmpv6 addr-unreachable'] : []),
  ]);
}

function verdict({ random, below }: Place): string {
  const jumps = below.map(({ name }) => `${random.chance(0.75) ? 'jump' : 'goto'} ${name}`);
  return random.pick(['accept', 'drop', 'return', 'continue', 'accept', ...jumps, ...jumps]);
}

function verdictMap(place: Place, before: Asked): string {
  const { random, declared } = place;
  if (random.chance(0.12)) return `numgen ${random.pick(['inc', 'random'])} mod 3 vmap { 0 : ${verdict(place)}, 1-2 : ${verdict(place)} }`;
  const keyed = random.chance(0.4) ? drawKeys(place, before) : undefined;
  const key = drawKey(place, before, (one) => one.text !== 'tcp flags' && one.text !== 'ip frag-off');
  const keys = keyed?.keys ?? (key === undefined ? [] : [key]);
  if (keys.length === 0) return 'accept';
  const intervals = keys.some(({ parts }) => parts.length > 0) && random.chance(0.4);
  const elements = elementsOf(random, keys, intervals).map((one) => `${one} : ${verdict(place)}`);
  const other = keys.length === 1 && keys[0]?.text !== 'ip6 dscp' && random.chance(0.15) ? [`* : ${verdict(place)}`] : [];
  const text = keys.map((one) => one.text).join(' . ');
  const typed = keys.every(({ type, alone }) => type !== undefined && alone !== true);
  if (!typed || random.chance(0.5)) return `${text} vmap { ${[...elements, ...other].join(', ')} }`;
  const name = `v${declared.length + 1}`;
  const flags = intervals ? ' flags interval;' : '';
  declared.push(
    `map ${name} { type ${keys.map(({ type }) => type).join(' . ')} : verdict;${flags} elements = { ${[...elements, ...other].join(', ')} } }`,
  );
  return `${text} vmap @${name}`;
}

const FLAGS = ['', '', '', '', ' random', ' fully-random', ' persistent'];

function nat(place: Place, before: Asked): string {
  const { random, family } = place;
  const layer = layerOf(place, before);
  const ports = hasPorts(before);
  const port = (): string => (random.chance(0.8) ? String(random.pick(PORTS.filter((one) => one > 0))) : '15001-15010');
  const verbs = [
    ...(isWithin(place, ['prerouting', 'output']) ? ['redirect', 'dnat'] : []),
    ...(isWithin(place, ['postrouting', 'input']) ? ['snat'] : []),
    ...(isWithin(place, ['postrouting']) ? ['masquerade'] : []),
  ];
  if (verbs.length === 0) return 'accept';
  const verb = random.pick(verbs);
  const flags = random.pick(FLAGS);
  if (verb === 'redirect' || verb === 'masquerade') return `${verb}${ports && random.chance(0.7) ? ` to :${port()}` : ''}${flags}`;
  const named = family === 'inet' ? `${verb} ${layer}` : verb;
  if (random.chance(0.3)) return natMap(place, before, { named, layer, ports });
  const address = target(random, layer);
  const range = random.chance(0.1) ? (layer === 'ip' ? '10.0.0.9-10.0.0.12' : '2001:db8::9-2001:db8::c') : undefined;
  if (ports && random.chance(0.15)) return `${verb} to :${port()}${flags}`;
  return `${named} to ${range ?? (ports && random.chance(0.5) ? withPort(address, layer, port()) : address)}${flags}`;
}

interface Target {
  readonly named: string;
  readonly layer: Layer3;
  readonly ports: boolean;
}

function natMap(place: Place, before: Asked, { named, layer, ports }: Target): string {
  const { random, declared } = place;
  const key = drawKey(
    place,
    before,
    (one) => one.alone !== true && one.notMapped !== true && (one.l3 ?? layer) === layer && one.type !== undefined,
  );
  if (key === undefined) return `${named} to ${target(random, layer)}`;
  const both = ports && random.chance(0.5);
  const elements = several(random, key.singles).map((one) => `${one} : ${target(random, layer)}${both ? ` . ${random.pick(PORTS)}` : ''}`);
  const type = `${layer === 'ip' ? 'ipv4_addr' : 'ipv6_addr'}${both ? ' . inet_service' : ''}`;
  const form = both && !named.includes(' ') ? `${named} ${layer}` : named;
  const to = `${form}${both ? ' addr . port' : ''} to ${key.text} map`;
  if (random.chance(0.5)) return `${to} { ${elements.join(', ')} }`;
  const name = `m${declared.length + 1}`;
  declared.push(`map ${name} { type ${key.type} : ${type}; elements = { ${elements.join(', ')} } }`);
  return `${to} @${name}`;
}
