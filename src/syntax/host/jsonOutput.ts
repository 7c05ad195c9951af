/** What `ip -j` prints, as the same pieces that its text gives. man ip(8) */
import { isJsonRecord, type JsonRecord, recordsIn } from '../../lib/json.ts';
import { valueText } from '../../lib/valueText.ts';
import type { Family } from '../../packet/address.ts';
import { ADDRESS_FLAGS, addAddress, narrowScope, setState } from './interfaceLines.ts';
import { type HostLine, type HostPage, nicNamed } from './page.ts';
import { addRoute, openWord } from './routeLines.ts';
import { addRule, readRuleWords } from './ruleLines.ts';

/** False: it is none of these. `value`: the whole list */
export function takeJson(page: HostPage, line: HostLine, value: unknown): boolean {
  const entries = recordsIn(value).filter((entry) => Object.keys(entry).length > 0);
  if (!Array.isArray(value)) return false;
  const [first] = entries;
  if (first === undefined) return tellEmpty(page);
  if ('ifname' in first) for (const entry of entries) takeInterface(page, line, entry);
  else if ('priority' in first) takeRules(page, line, entries);
  else if ('dst' in first) takeRoutes(page, entries);
  else return false;
  return true;
}

/** A list without entries is an answer, too. */
function tellEmpty(page: HostPage): boolean {
  const { what, family, isPart } = page.section;
  if (isPart !== undefined || family === undefined) return what !== undefined;
  if (what === 'route') page.routesOf.add(family);
  if (what === 'rule' && family === 4) page.rulesOf.add(family);
  return what !== undefined;
}

function takeInterface(page: HostPage, line: HostLine, entry: JsonRecord): void {
  const { ifname, mtu, flags, master, group, addr_info, linkinfo } = entry;
  const nic = nicNamed(page, valueText(ifname));
  if (typeof mtu === 'number') nic.mtu = mtu;
  if (typeof master === 'string') nic.master = master;
  if (group !== undefined) nic.group = valueText(group);
  if (Array.isArray(flags)) setState(nic, flags.map(valueText), 'LOWER_UP');
  if (isJsonRecord(linkinfo) && linkinfo.info_kind !== undefined) {
    nic.type = valueText(linkinfo.info_kind);
    if (isJsonRecord(linkinfo.info_data) && linkinfo.info_data.table !== undefined) nic.table = valueText(linkinfo.info_data.table);
  }
  if (addr_info === undefined) return;
  for (const info of recordsIn(addr_info)) {
    const [local, far, length] = [valueText(info.local), info.address, valueText(info.prefixlen)];
    const words = [
      far === undefined ? `${local}/${length}` : `${local} peer ${valueText(far)}/${length}`,
      ...narrowScope(local, valueText(info.scope)),
      ...ADDRESS_FLAGS.filter((flag) => info[flag] === true),
    ];
    addAddress(page, line, { nic, text: words.join(' ') });
  }
}

/** Said by words of the line, or without meaning for a packet's way. */
const ROUTE_KEYS = new Set(
  'type dst gateway dev prefsrc metric table protocol scope flags pref metrics expires error cache nhid via nexthops tos src uid from'.split(
    ' ',
  ),
);

/** As the words that `ip` prints without -j. */
function takeRoutes(page: HostPage, entries: readonly JsonRecord[]): void {
  for (const entry of entries) {
    const { type, dst, dev, prefsrc, metric, scope, tos, src, nhid, flags, nexthops, from, table, protocol, metrics, pref } = entry;
    const mtu = recordsIn(metrics).find((one) => one.mtu !== undefined)?.mtu;
    const more = [
      ...pair('from', src ?? from),
      ...pair('tos', tos),
      ...gateway(entry),
      ...pair('dev', dev),
      ...pair('table', table),
      ...pair('proto', protocol),
      ...pair('scope', scope),
      ...pair('src', prefsrc),
      ...pair('metric', metric),
      ...pair('nhid', nhid),
      ...pair('mtu', mtu),
      ...pair('pref', pref),
      ...(Array.isArray(flags) ? flags.map(valueText) : []),
      ...unknownKeys(entry, ROUTE_KEYS),
      ...recordsIn(nexthops).flatMap(hopWords),
    ];
    addRoute(page, { ...(type !== undefined && { type: valueText(type) }), to: valueText(dst), more });
  }
}

function hopWords(hop: JsonRecord): readonly string[] {
  const { dev, weight, flags } = hop;
  return [
    'nexthop',
    ...gateway(hop),
    ...pair('dev', dev),
    ...pair('weight', weight),
    ...(Array.isArray(flags) ? flags.map(valueText) : []),
  ];
}

function gateway({ gateway: plain, via }: JsonRecord): readonly string[] {
  if (isJsonRecord(via)) return ['via', valueText(via.family), valueText(via.host)];
  return pair('via', plain);
}

function pair(key: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [key, valueText(value).replaceAll(/\s+/g, '_')];
}

function unknownKeys(entry: JsonRecord, known: ReadonlySet<string>): readonly string[] {
  return Object.keys(entry).flatMap((key) => (known.has(key) ? [] : [openWord(`${key}=${JSON.stringify(entry[key])}`)]));
}

const RULE_KEYS = new Set(
  (
    'priority src srclen dst dstlen table protocol not fwmark fwmask iif iif_detached oif oif_detached action suppress_prefixlen ' +
    'suppress_prefixlength suppress_ifgroup uid_start uid_end uid sport sport_start sport_end dport dport_start dport_end ipproto tos dscp ' +
    'goto goto_detached tun_id l3mdev nop'
  ).split(' '),
);

function takeRules(page: HostPage, { span }: HostLine, entries: readonly JsonRecord[]): void {
  const { family: asked, isPart } = page.section;
  const known = entries.some((entry) => valueText(entry.src ?? '').includes(':') || valueText(entry.dst ?? '').includes(':'));
  const family: Family = asked ?? (known || page.rulesOf.has(4) ? 6 : 4);
  for (const entry of entries) {
    const text = [...ruleWords(entry), ...unknownKeys(entry, RULE_KEYS)].join(' ');
    addRule(page, { family, priority: Number(entry.priority), text }, span);
    if (isPart === undefined) page.rulesOf.add(family);
  }
}

function ruleWords(entry: JsonRecord): readonly string[] {
  const { src, srclen, dst, dstlen, fwmark, fwmask, action } = entry;
  const range = (name: string): readonly string[] => {
    const [from, to] = [entry[`${name}_start`] ?? entry[name], entry[`${name}_end`]];
    return pair(
      name === 'uid' ? 'uidrange' : name,
      from === undefined ? undefined : to === undefined && name !== 'uid' ? from : `${valueText(from)}-${valueText(to ?? from)}`,
    );
  };
  return [
    ...('not' in entry ? ['not'] : []),
    ...pair('from', withLength(src, srclen)),
    ...pair('to', withLength(dst, dstlen)),
    ...pair('tos', entry.tos),
    ...pair('dscp', entry.dscp),
    ...pair('fwmark', fwmark === undefined || fwmask === undefined ? fwmark : `${valueText(fwmark)}/${valueText(fwmask)}`),
    ...pair('iif', entry.iif),
    ...pair('oif', entry.oif),
    ...('l3mdev' in entry ? ['l3mdev'] : []),
    ...range('uid'),
    ...pair('ipproto', entry.ipproto),
    ...range('sport'),
    ...range('dport'),
    ...pair('tun_id', entry.tun_id),
    ...pair('lookup', entry.table),
    ...pair('suppress_prefixlength', entry.suppress_prefixlen ?? entry.suppress_prefixlength),
    ...pair('suppress_ifgroup', entry.suppress_ifgroup),
    ...pair('goto', entry.goto),
    ...('nop' in entry ? ['nop'] : []),
    ...(action === undefined ? [] : readRuleWords([valueText(action)])),
  ];
}

function withLength(address: unknown, length: unknown): unknown {
  return address === undefined || length === undefined ? address : `${valueText(address)}/${valueText(length)}`;
}
