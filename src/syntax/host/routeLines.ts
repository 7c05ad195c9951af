/** Routes, as `ip route`, `route -n` and `netstat -rn` print them. man ip-route(8), route(8) */
import { ROUTE_FLAGS, ROUTE_IGNORED } from '../../host/ipRoute.ts';
import type { Family } from '../../packet/address.ts';
import { netmaskLength } from './interfaceLines.ts';
import { lineParts } from './lineParts.ts';
import type { HostLine, HostPage } from './page.ts';
import type { PrintedRoute } from './printedHost.ts';

/** Words with a value that say nothing of where a packet goes: those of a host description, and what is only printed. */
const IDLE = new Set([...ROUTE_IGNORED, ...'error reordering rto_min features fastopen_no_cookie users age used realms'.split(' ')]);
/** Other names of words that a host description has. man ip-route(8) */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['oif', 'dev'],
  ['preference', 'metric'],
  ['priority', 'metric'],
]);
/** Words with a value that a host description has as well. */
const KEPT = new Set([...NAMES.keys(), 'dev', 'src', 'metric', 'scope', 'tos', 'dsfield', 'weight', 'from', 'mtu']);
const IDLE_FLAGS = new Set([...ROUTE_FLAGS, 'notify']);
/** Asked before the idle ones: `onlink` is among both. */
const KEPT_FLAGS = new Set(['linkdown', 'dead', 'nexthop', 'onlink']);
const STARTS = new Set([...IDLE, ...KEPT, ...IDLE_FLAGS, ...KEPT_FLAGS, 'via', 'table', 'nhid', 'encap', 'cache', 'unresolved']);

/** False: it is none of these. */
export function takeRouteLine(page: HostPage, line: HostLine): boolean {
  if (/^[ \t]/.test(line.text)) return takeNexthop(page, line);
  return takeRoute(page, line) || takeRow(page, line);
}

function takeRoute(page: HostPage, { text }: HostLine): boolean {
  const found = lineParts('route', text);
  if (found === undefined) return false;
  const { more } = found;
  const [type, to = ''] = [found.get('routeType'), found.get('to')];
  if (more[0] === undefined ? page.section.what !== 'route' && type === undefined && !/^\S+\/\d+ *$/.test(text) : !STARTS.has(more[0]))
    return false;
  addRoute(page, { ...(type !== undefined && { type }), to, more });
  return true;
}

interface GivenRoute {
  readonly type?: string;
  readonly to: string;
  /** the words behind */
  readonly more: readonly string[];
}

export function addRoute(page: HostPage, { type: given, to, more }: GivenRoute): void {
  // `ip -d route` names what is usual
  const type = given === 'unicast' ? undefined : given;
  const { section } = page;
  const words = routeWords(more);
  const isSix = to.includes(':') || more.some((word, at) => word.includes(':') && more[at - 1] !== 'inet6' && /^[0-9a-f:.]+$/i.test(word));
  const family: Family = isSix ? 6 : to.includes('.') ? 4 : (section.family ?? (words.isSix ? 6 : 4));
  const table = words.table ?? (section.table === undefined || section.table === 'all' ? 'main' : section.table);
  const kept = [shortPrefix(to), ...words.kept, ...scopeWords(family, type, words)];
  const isMarked = family === 6 && !kept.some((word) => word.includes(':'));
  const text = [...(isMarked ? ['-6'] : []), ...(type === undefined ? [] : [type]), ...kept].join(' ');
  page.routes.push({ family, table, text, ...(words.byKernel && { byKernel: true }) });
  if (section.isPart !== undefined) return;
  if (table === 'main') page.routesOf.add(family);
  // only `table all` names tables, and lists both families
  const isAll = words.table !== undefined && section.table !== words.table;
  if (isAll && section.family === undefined)
    for (const one of [4, 6] as const) if (section.what === 'route' || one === family) page.routesOf.add(one);
}

interface RouteWords {
  readonly kept: readonly string[];
  readonly table?: string;
  readonly scope?: string;
  readonly byKernel: boolean;
  /** only routes of IPv6 say it */
  readonly isSix: boolean;
}

export function routeWords(words: readonly string[]): RouteWords {
  const kept: string[] = [];
  let table: string | undefined;
  let nhid: string | undefined;
  let scope: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1];
    if (word === 'via') {
      const isNamed = next === 'inet' || next === 'inet6';
      kept.push(...words.slice(at, at + (isNamed ? 3 : 2)));
      at += isNamed ? 2 : 1;
    } else if (word === 'table' && next !== undefined) {
      table = next;
      at++;
    } else if (word === 'nhid' && next !== undefined) {
      nhid = next;
      at++;
    } else if (word === 'encap') {
      const end = words.indexOf('dev', at);
      kept.push(openWord(words.slice(at, end < 0 ? undefined : end).join(' ')));
      at = (end < 0 ? words.length : end) - 1;
    } else if (word === 'mtu' && next === 'lock' && words[at + 2] !== undefined) {
      kept.push(word, next, words[at + 2] ?? '');
      at += 2;
    } else if (KEPT.has(word) && next !== undefined) {
      if (word === 'scope') scope = next;
      else kept.push(NAMES.get(word) ?? word, next);
      at++;
    } else if (IDLE.has(word) && next !== undefined) at += next === 'lock' ? 2 : 1;
    else if (KEPT_FLAGS.has(word)) kept.push(word);
    else if (!IDLE_FLAGS.has(word)) kept.push(/^\[.+\]$/.test(word) ? word : openWord(word));
  }
  // a next hop object that is resolved stands beside it
  if (nhid !== undefined && !kept.includes('dev')) kept.push('nhid', nhid);
  return {
    kept,
    ...(table !== undefined && { table }),
    ...(scope !== undefined && { scope }),
    byKernel: /\bproto kernel\b/.test(words.join(' ')),
    isSix: words.includes('pref'),
  };
}

/** Only where it is not the one that the route has by itself; `ip` leaves out a global one. source: iproute2 ip/iproute.c */
export function scopeWords(family: Family, type: string | undefined, { kept, scope = 'global' }: RouteWords): readonly string[] {
  if (family === 6 || /^(?:blackhole|unreachable|prohibit|throw)$/.test(type ?? '') || !kept.includes('dev')) return [];
  const isNear = !kept.includes('via') && !kept.includes('nexthop');
  const usual = type === 'local' ? 'host' : isNear || (type ?? 'unicast') !== 'unicast' ? 'link' : 'global';
  return scope === usual || (scope === 'global' && /^(?:broadcast|multicast|anycast)$/.test(type ?? '')) ? [] : ['scope', scope];
}

/** A host description knows such a word as one that it does not know. */
export function openWord(text: string): string {
  return `[${text.replaceAll(/[\s[\]]+/g, '_')}]`;
}

/** `10/8` and `0/0`, as older versions print them. */
function shortPrefix(to: string): string {
  const [, dotted = '', length] = /^(\d+(?:\.\d+){0,2})\/(\d+)$/.exec(to) ?? [];
  if (to === 'all') return 'default';
  return length === undefined ? to : `${[...dotted.split('.'), '0', '0', '0'].slice(0, 4).join('.')}/${length}`;
}

function takeNexthop(page: HostPage, { text }: HostLine): boolean {
  const found = lineParts('nexthop', text);
  const last = page.routes.at(-1);
  if (found === undefined || last === undefined) return false;
  page.routes[page.routes.length - 1] = { ...last, text: `${last.text} nexthop ${routeWords(found.more).kept.join(' ')}` };
  return true;
}

/** `route -n`, `netstat -rn` */
function takeRow(page: HostPage, { text }: HostLine): boolean {
  const four = lineParts('tableRow', text);
  if (four !== undefined) {
    const [to = '', flags = '', dev = ''] = [four.get('rowTo'), four.get('rowFlags'), four.get('rowDevice')];
    const length = netmaskLength(four.get('netmask') ?? '');
    // `netstat -rn` has the MSS where `route -n` has the metric
    const metric = page.section.table === 'mss' ? undefined : four.get('rowNumber');
    add(page, {
      family: 4,
      to: to === 'default' || length === 0 ? 'default' : `${to}/${length}`,
      gateway: four.get('gateway'),
      flags,
      dev,
      metric,
    });
    return true;
  }
  const six = lineParts('tableRow6', text);
  if (six === undefined) return false;
  const flags = six.get('rowFlags6') ?? '';
  const to = `${(six.get('rowTo6') ?? '').replace('[::]', '::')}/${six.get('prefixLength') ?? ''}`;
  const metric = six.get('rowMetric') ?? '';
  // of the table local, and what ends every table
  if (/n/.test(flags) && (metric === '0' || metric === '-1' || /^ff00::\/8$/.test(to))) return true;
  if (to === 'ff00::/8' || /^::1\/128$/.test(to)) return true;
  add(page, {
    family: 6,
    to: to === '::/0' ? 'default' : to,
    gateway: six.get('gateway6'),
    flags,
    dev: six.get('rowDevice') ?? '',
    metric,
  });
  return true;
}

interface Row {
  readonly family: Family;
  readonly to: string;
  readonly gateway: string | undefined;
  readonly flags: string;
  readonly dev: string;
  readonly metric: string | undefined;
}

function add(page: HostPage, { family, to, gateway = '', flags, dev, metric = '' }: Row): void {
  const isNone = /^(?:\*|-|0\.0\.0\.0|::|\[::\])$/.test(gateway);
  const type = flags.includes('!') ? 'unreachable' : dev === '*' ? 'blackhole' : undefined;
  const parts = [
    family === 6 && !to.includes(':') && isNone ? '-6' : undefined,
    type,
    to,
    type !== undefined || isNone ? undefined : `via ${gateway}`,
  ];
  // the gateway is of the other family
  const lost = isNone && flags.includes('G') ? openWord('gateway') : undefined;
  const more = [
    type === undefined && dev !== '-' ? `dev ${dev}` : undefined,
    lost,
    /^[1-9]\d*$/.test(metric) ? `metric ${metric}` : undefined,
  ];
  const route: PrintedRoute = { family, table: 'main', text: [...parts, ...more].filter((part) => part !== undefined).join(' ') };
  page.routes.push(route);
  page.routesOf.add(family);
}
