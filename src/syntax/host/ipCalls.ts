/** Calls of ip, sysctl and their like that change a host, as a script has them. man ip(8), sysctl(8) */
import type { HostChange, LinkChange } from '../../host/hostChange.ts';
import { tableName } from '../../host/ipWords.ts';
import type { Family } from '../../packet/address.ts';
import { ipObject } from './calls.ts';
import { openWord, routeWords } from './routeLines.ts';
import { readRuleWords } from './ruleLines.ts';
import { sysctlName } from './sysctlLines.ts';

/** `words` begin with the program; one that is not known is `[$NAME]`. Undefined: it changes nothing that is modelled. */
export function hostChanges(words: readonly string[]): readonly HostChange[] | undefined {
  const [program = '', ...rest] = words;
  switch (program.slice(program.lastIndexOf('/') + 1)) {
    case 'ip':
      return ofIp(rest);
    case 'sysctl':
      return ofSysctl(rest);
    case 'route':
      return /^(?:add|del)$/.test(rest.find((word) => !word.startsWith('-')) ?? '') ? [unknown(words)] : undefined;
    case 'ifconfig':
      return rest.length > 1 ? ofIfconfig(rest, words) : undefined;
    default:
      return undefined;
  }
}

function unknown(words: readonly string[]): HostChange {
  return { on: 'unknown', text: words.join(' ') };
}

function ofSysctl(words: readonly string[]): readonly HostChange[] | undefined {
  const changes = words.flatMap((word): HostChange[] => {
    const [, key, value] = /^"?([\w./*-]+)=(.*?)"?$/.exec(word) ?? [];
    return key === undefined || value === undefined ? [] : [{ on: 'sysctl', key: sysctlName(key), value: value.trim() }];
  });
  return changes.length > 0 ? changes : undefined;
}

function ofIfconfig([device = '', ...rest]: readonly string[], words: readonly string[]): readonly HostChange[] {
  if (rest.length === 1 && (rest[0] === 'up' || rest[0] === 'down')) return [{ on: 'link', does: 'set', device, state: rest[0] }];
  return [unknown(['ifconfig', ...words.slice(1)])];
}

const VERBS = [
  'add',
  'append',
  'change',
  'delete',
  'flush',
  'replace',
  'set',
  'prepend',
  'show',
  'list',
  'get',
  'save',
  'restore',
] as const;
type Verb = (typeof VERBS)[number];

/** As ip(8) takes the beginning of a word for the whole. */
function verbOf(word: string | undefined): Verb | undefined {
  if (word === 'ls' || word === undefined) return 'list';
  return word === 'del' ? 'delete' : VERBS.find((verb) => verb.startsWith(word));
}

function ofIp(given: readonly string[]): readonly HostChange[] | undefined {
  let six: Family | undefined;
  let at = 0;
  for (; /^-/.test(given[at] ?? ''); at++) {
    if (given[at] === '-6') six = 6;
    else if (given[at] === '-4') six = 4;
    else if (/^-(?:n|netns|b|batch|f|family|rc|l|loops)$/.test(given[at] ?? '')) {
      if (/^-(?:n|netns|b|batch)$/.test(given[at] ?? '')) return undefined;
      if (/^-f/.test(given[at] ?? '')) six = given[at + 1] === 'inet6' ? 6 : 4;
      at++;
    }
  }
  const [named = '', ...rest] = given.slice(at);
  switch (ipObject(named)) {
    case 'address':
      return ofAddress(rest, six);
    case 'route':
      return ofRoute(rest, six);
    case 'rule':
      return ofRule(rest, six);
    case 'link':
      return ofLink(rest);
    default:
      if (named === 'tuntap') return ofTuntap(rest);
      return named === 'nexthop' && verbOf(rest[0]) === 'add' ? [unknown(['ip', ...given])] : undefined;
  }
}

function ofRule([verb, ...rest]: readonly string[], six: Family | undefined): readonly HostChange[] | undefined {
  const does = verbOf(verb);
  if (does !== 'add' && does !== 'delete' && does !== 'flush') return undefined;
  const family: Family = six ?? (rest.some(isSix) ? 6 : 4);
  // the words in front may be left out: `ip rule add table 100`
  return [{ on: 'rule', does, family, text: spelled(rest) }];
}

/** The preference is a part of it here. */
function spelled(words: readonly string[]): string {
  const at = words.findIndex((word) => /^(?:pref|priority|order|preference)$/.test(word));
  const rest = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
  const opened = rest.flatMap((word, index) =>
    isOpen(rest[index + 1]) && !isOpen(word) ? [] : isOpen(word) ? [openWord(`${rest[index - 1] ?? ''} ${word}`)] : [word],
  );
  return [
    ...readRuleWords(opened.map((word) => (word === 'table' ? 'lookup' : word))),
    ...(at < 0 ? [] : ['pref', words[at + 1] ?? '']),
  ].join(' ');
}

function isOpen(word: string | undefined): boolean {
  return word !== undefined && /^\[.*\]$/.test(word);
}

function isSix(word: string): boolean {
  return word.includes(':') && /^[0-9a-f:./]+$/i.test(word);
}

const ROUTE_TYPES = /^(?:unicast|local|broadcast|multicast|anycast|blackhole|unreachable|prohibit|throw|nat)$/;

function ofRoute([verb, ...rest]: readonly string[], six: Family | undefined): readonly HostChange[] | undefined {
  const does = verbOf(verb);
  if (
    does !== 'add' &&
    does !== 'append' &&
    does !== 'prepend' &&
    does !== 'replace' &&
    does !== 'change' &&
    does !== 'delete' &&
    does !== 'flush'
  )
    return undefined;
  const family: Family = six ?? (rest.some(isSix) ? 6 : 4);
  const type = ROUTE_TYPES.test(rest[0] ?? '') ? rest[0] : undefined;
  const [to = '', ...more] = rest.slice(type === undefined ? 0 : 1);
  const at = rest.indexOf('table');
  const named = at < 0 ? (type === 'local' || type === 'broadcast' ? 'local' : 'main') : (rest[at + 1] ?? 'main');
  const table = tableName(named);
  if (does === 'flush') {
    if (to === 'cache') return [];
    return rest.length === 2 && at === 0 && !isOpen(table)
      ? [{ on: 'route', does, family, table, text: '' }]
      : [unknown(['ip route flush', ...rest])];
  }
  if (isOpen(table)) return [unknown(['ip route', does, ...rest])];
  const words = to === 'to' ? more : [to, ...more];
  const [target = 'default', ...behind] = words;
  const kept = routeWords(behind.flatMap((word, index) => (isOpen(behind[index + 1]) && !isOpen(word) ? [] : [word]))).kept;
  const destination = isOpen(target) ? ['default', openWord(target)] : [/^(?:all|any)$/.test(target) ? 'default' : target];
  const text = [...(family === 6 ? ['-6'] : []), ...(type === undefined ? [] : [type]), ...destination, ...kept].join(' ');
  const change = does === 'replace' || does === 'change' ? 'replace' : does === 'delete' ? 'delete' : 'add';
  return [
    {
      on: 'route',
      does: change,
      family,
      table,
      text: family === 6 && text.replace('-6', '').includes(':') ? text.replace('-6 ', '') : text,
    },
  ];
}

function ofAddress([verb, ...rest]: readonly string[], six: Family | undefined): readonly HostChange[] | undefined {
  const does = verbOf(verb);
  const at = rest.indexOf('dev');
  const device = rest[at + 1] ?? '';
  if (does === 'flush') return at < 0 ? undefined : [{ on: 'address', does, device, text: six === undefined ? '' : String(six) }];
  if (does !== 'add' && does !== 'change' && does !== 'replace' && does !== 'delete') return undefined;
  const words = [...rest.slice(0, at < 0 ? rest.length : at), ...(at < 0 ? [] : rest.slice(at + 2))].filter((word) => word !== 'local');
  if (at < 0 || isOpen(device) || words.some(isOpen)) return [unknown(['ip addr', does, ...rest])];
  return [{ on: 'address', does: does === 'delete' ? 'delete' : 'add', device, text: addressWords(words) }];
}

function addressWords([local = '', ...more]: readonly string[]): string {
  const bits = local.includes(':') ? 128 : 32;
  const kept: string[] = [];
  for (let at = 0; at < more.length; at++) {
    const word = more[at] ?? '';
    if (word === 'peer' || word === 'remote') kept.push('peer', more[++at] ?? '');
    else if (word === 'scope') {
      if (more[++at] === 'link' || more[at] === 'host') kept.push('scope', more[at] ?? '');
    } else if (word === 'preferred_lft') {
      if (/^0/.test(more[++at] ?? '')) kept.push('deprecated');
    } else if (word === 'noprefixroute') kept.push(word);
    else if (/^(?:brd|broadcast|label|metric|proto|valid_lft|anycast)$/.test(word)) at++;
  }
  return [local.includes('/') || kept[0] === 'peer' ? local : `${local}/${bits}`, ...kept].join(' ');
}

function ofLink([verb, ...rest]: readonly string[]): readonly HostChange[] | undefined {
  const does = verbOf(verb);
  if (does === 'add') return addedLink(rest);
  if (does !== 'set' && does !== 'delete') return undefined;
  const words = rest[0] === 'dev' ? rest.slice(1) : rest;
  const [device = '', ...more] = words;
  if (isOpen(device)) return [unknown(['ip link', does, ...rest])];
  if (does === 'delete') return [{ on: 'link', does, device }];
  if (more.includes('netns') || more.includes('name')) return [unknown(['ip link set', ...rest])];
  return [{ on: 'link', does: 'set', device, ...linkParts(more) }];
}

function linkParts(words: readonly string[]): Partial<LinkChange> {
  const parts: { state?: 'up' | 'down'; mtu?: number; master?: string; group?: number; table?: string } = {};
  for (let at = 0; at < words.length; at++) {
    const [word, next = ''] = [words[at], words[at + 1]];
    if (word === 'up' || word === 'down') parts.state = word;
    else if (word === 'nomaster') parts.master = '';
    else if (word === 'master' || word === 'vrf') parts.master = next;
    else if (word === 'mtu' && /^\d+$/.test(next)) parts.mtu = Number(next);
    else if (word === 'group' && /^\d+$/.test(next)) parts.group = Number(next);
    else if (word === 'table') parts.table = next;
  }
  return parts;
}

function addedLink(words: readonly string[]): readonly HostChange[] {
  const at = words.indexOf('type');
  const before = words.slice(0, at < 0 ? words.length : at);
  const nameAt = before.findIndex((word) => word === 'name' || word === 'dev');
  const linkAt = before.indexOf('link');
  const plain = before.filter((_, index) => (index !== linkAt && index !== linkAt + 1) || linkAt < 0);
  const device = nameAt >= 0 ? (before[nameAt + 1] ?? '') : (plain[0] ?? '');
  const type = words[at + 1];
  const behind = words.slice(at + 2);
  const peer = type === 'veth' && behind[0] === 'peer' ? behind[behind[1] === 'name' ? 2 : 1] : undefined;
  if (device === '' || isOpen(device)) return [unknown(['ip link add', ...words])];
  const made = { on: 'link', does: 'add', ...(type !== undefined && { type }) } as const;
  return [{ ...made, device, ...linkParts(behind) }, ...(peer === undefined ? [] : [{ ...made, device: peer }])];
}

function ofTuntap([verb, ...rest]: readonly string[]): readonly HostChange[] | undefined {
  if (verbOf(verb) !== 'add') return undefined;
  const device = rest.find(
    (word, at) =>
      word !== 'dev' &&
      rest[at - 1] !== 'mode' &&
      word !== 'mode' &&
      !/^(?:user|group)$/.test(rest[at - 1] ?? '') &&
      !/^(?:user|group|tun|tap|pi|multi_queue)$/.test(word),
  );
  return device === undefined ? undefined : [{ on: 'link', does: 'add', device, type: 'tun' }];
}
