/** Interfaces and addresses, as `ip link`, `ip address` and `ifconfig` print them. man ip-link(8), ip-address(8), ifconfig(8) */
import { parseAddress, parsePrefix } from '../../packet/address.ts';
import { type LineParts, lineParts } from './lineParts.ts';
import { type HostLine, type HostPage, nicNamed, type PrintedNic } from './page.ts';

/** Kinds of interfaces that `ip -d link` names. source: iproute2 ip/iplink.c, lib/link kinds */
const TYPES = new Set(
  (
    'veth bridge vrf vlan vxlan dummy tun macvlan macvtap ipvlan ipvtap bond team wireguard gretap gre ip6gre ip6gretap ipip ip6tnl sit ifb ' +
    'geneve xfrm vti vti6 nlmon netkit vcan can hsr macsec amt rmnet bareudp gtp batadv virt_wifi ip6erspan erspan'
  ).split(' '),
);

/** False: it is none of these. */
export function takeInterfaceLine(page: HostPage, line: HostLine): boolean {
  const { text } = line;
  return /^[ \t]/.test(text) ? takeDetail(page, line) : takeHead(page, line);
}

function takeHead(page: HostPage, line: HostLine): boolean {
  const { text } = line;
  const link = lineParts('link', text);
  if (link !== undefined) return takeLink(page, line, link);
  const online = lineParts('onlineAddress', text);
  if (online !== undefined) return takeAddress(page, line, { parts: online, nic: nicNamed(page, online.get('device') ?? '') });
  const brief = lineParts('brief', text);
  if (brief !== undefined) return takeBrief(page, line, brief);
  const head = lineParts('ifconfig', text) ?? lineParts('oldIfconfig', text);
  if (head === undefined) return false;
  const device = head.get('device') ?? '';
  // `eth0:1` is an address of eth0 with a name
  const nic = nicNamed(page, device.includes(':') ? device.slice(0, device.indexOf(':')) : device);
  const mtu = head.get('ifconfigMtu');
  if (mtu !== undefined && !device.includes(':')) nic.mtu = Number(mtu);
  if (head.has('flags') && !device.includes(':')) setState(nic, (head.get('flags') ?? '').split(','), 'RUNNING');
  return true;
}

function takeLink(page: HostPage, { span }: HostLine, link: LineParts): boolean {
  const nic = nicNamed(page, link.get('device') ?? '');
  const { more } = link;
  // that of iproute2 has always named the group
  if (['mtu', 'qdisc'].every((word) => more.includes(word)) && !more.includes('group')) page.byBusybox ??= span;
  for (let at = 0; at + 1 < more.length; at += 2) {
    const [key, value = ''] = [more[at], more[at + 1]];
    if (key === 'mtu' && /^\d+$/.test(value)) nic.mtu = Number(value);
    else if (key === 'master') nic.master = value;
    else if (key === 'group') nic.group = value;
  }
  setState(nic, (link.get('flags') ?? '').split(','), 'LOWER_UP');
  return true;
}

/** `carrier`: the flag that says that there is one. `NO-CARRIER` stands as well for one that is dormant, whose routes are used.
 *  kernel net/ipv4/fib_frontend.c fib_netdev_event() */
export function setState(nic: PrintedNic, flags: readonly string[], carrier: 'LOWER_UP' | 'RUNNING'): void {
  if (!flags.includes('UP')) nic.state = 'down';
  else if (!flags.includes(carrier)) nic.state = 'no-carrier';
}

function takeBrief(page: HostPage, line: HostLine, brief: LineParts): boolean {
  const nic = nicNamed(page, brief.get('device') ?? '');
  if (brief.has('flagList')) {
    setState(nic, (brief.get('flags') ?? '').split(','), 'LOWER_UP');
    return true;
  }
  const locals = brief.all.filter(({ rule }) => rule === 'briefLocal');
  for (const { text } of locals) addAddress(page, line, { nic, text: text.replace(/\s+/g, ' ') });
  // such a line does not say whether it is down or lacks a carrier
  if (['DOWN', 'LOWERLAYERDOWN', 'NOTPRESENT'].includes(brief.get('briefState') ?? ''))
    nic.state = locals.length > 0 ? 'no-carrier' : 'down';
  return true;
}

function takeDetail(page: HostPage, line: HostLine): boolean {
  const { nic } = page;
  if (nic === undefined) return false;
  const { text } = line;
  const address = lineParts('address', text);
  if (address !== undefined) return takeAddress(page, line, { parts: address, nic });
  const four = lineParts('ifconfig4', text) ?? lineParts('oldIfconfig4', text);
  if (four !== undefined) {
    const [local = '', far] = [four.get('ipv4'), four.get('destination')];
    const length = netmaskLength(four.get('netmask') ?? '');
    addAddress(page, line, { nic, text: far === undefined ? `${local}/${length}` : `${local} peer ${far}/${length}` });
    return true;
  }
  const six = lineParts('ifconfig6', text) ?? lineParts('oldIfconfig6', text);
  if (six !== undefined) {
    addAddress(page, line, { nic, text: `${six.get('ipv6') ?? ''}/${six.get('prefixLength') ?? ''}` });
    return true;
  }
  const old = lineParts('oldFlags', text);
  if (old !== undefined) {
    nic.mtu = Number(old.get('ifconfigMtu'));
    setState(nic, text.trim().split(/\s+/), 'RUNNING');
    return true;
  }
  // what else stands below an interface says nothing of where packets go
  if (/^[ \t]+inet6?\b/.test(text)) return false;
  const detail = lineParts('linkDetail', text);
  const type = detail?.get('linkType');
  if (type !== undefined && TYPES.has(type)) {
    nic.type = type;
    const table = detail?.get('vrfTable');
    if (table !== undefined) nic.table = table;
  }
  return true;
}

interface OnNic {
  readonly nic: PrintedNic;
}

function takeAddress(page: HostPage, line: HostLine, { parts, nic }: OnNic & { readonly parts: LineParts }): boolean {
  const [local = '', peer] = [parts.get('local'), parts.get('peer')];
  const kept: string[] = [];
  for (let at = 0; at < parts.more.length; at++) {
    const word = parts.more[at] ?? '';
    if (word === 'scope') {
      kept.push(...narrowScope(local, parts.more[++at]));
    } else if (VALUED.has(word)) at++;
    else if (ADDRESS_FLAGS.includes(word)) kept.push(word);
  }
  const text = [local, ...(peer === undefined ? [] : [`peer ${peer}`]), ...kept].join(' ');
  addAddress(page, line, { nic, text });
  return true;
}

const VALUED = new Set(['brd', 'any', 'metric', 'proto', 'flags']);
/** Flags of an address that decide about sources and routes. */
export const ADDRESS_FLAGS: readonly string[] = ['noprefixroute', 'deprecated', 'tentative', 'dadfailed'];

/** Only of IPv4, and where it is not the scope that the address has by itself. */
export function narrowScope(local: string, scope: string | undefined): readonly string[] {
  const isNarrow = scope === 'link' || scope === 'site' || (scope === 'host' && !local.startsWith('127.'));
  return isNarrow && !local.includes(':') ? [`scope ${scope}`] : [];
}

/** The text is an address with its prefix length, and what decides about it. */
export function addAddress(page: HostPage, { span }: Pick<HostLine, 'span'>, { nic, text }: OnNic & { readonly text: string }): void {
  const [local = ''] = text.split(' ');
  const six = local.includes(':');
  const own = parsePrefix(local);
  if (own === undefined || local.endsWith('/NaN')) {
    page.report({ kind: 'malformed', code: 'bad-value', message: `\`${local}\` is not an address with a prefix length`, span });
    return;
  }
  const known = nic.addresses.get(local.split('/')[0] ?? '');
  if (known === undefined || known.length < text.length)
    nic.addresses.set(
      local.split('/')[0] ?? '',
      local.includes('/') || text.includes(' peer ') ? text : text.replace(local, `${local}/${six ? 128 : 32}`),
    );
}

/** `255.255.255.0` is 24. */
export function netmaskLength(mask: string): number {
  const value = parseAddress(mask);
  if (typeof value !== 'number') return Number.NaN;
  const length = value === 0 ? 0 : 32 - Math.log2((~value >>> 0) + 1);
  return Number.isInteger(length) ? length : Number.NaN;
}
