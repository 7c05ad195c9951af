/** Addresses, routes and rules as ip(8) takes them: `ip address add TEXT dev NAME`, `ip route add TEXT`, `ip rule add TEXT`. What is not
 *  modelled (`unknown`) stands as it was written. */
import type { Interval } from '../lib/intervals.ts';
import { formatAddress, type Prefix } from '../packet/address.ts';
import type { InterfaceAddress, NextHop, Route, RoutingRule } from './host.ts';

function prefixText({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}

/** Of IPv4 the kernel itself says which addresses are secondary, of IPv6 which are tentative. */
export function ipAddressText({ address, length, peer, scope, noprefixroute, deprecated }: InterfaceAddress): string {
  return [
    peer === undefined ? prefixText({ address, length }) : `${formatAddress(address)} peer ${prefixText(peer)}`,
    ...(scope === undefined ? [] : [`scope ${scope}`]),
    ...(noprefixroute === true ? ['noprefixroute'] : []),
    ...(deprecated === true ? ['preferred_lft 0'] : []),
  ].join(' ');
}

/** `onlink`: a gateway is taken to be on the link, whatever else the host has. */
export function ipRouteText(route: Route, onlink = false): string {
  const { family, type, to, tos, from, src, table, metric, scope, nexthops, mtu, mtuLocked, unknown } = route;
  return [
    `-${family} ${type} ${prefixText(to)}`,
    ...word('from', from && prefixText(from)),
    ...word('tos', tosText(tos)),
    ...hopWords(route, onlink),
    `table ${table}`,
    ...word('src', src === undefined ? undefined : formatAddress(src)),
    ...word('scope', scope),
    ...(metric === 0 ? [] : [`metric ${metric}`]),
    ...word(mtuLocked === true ? 'mtu lock' : 'mtu', mtu),
    ...(nexthops ?? []).map((hop) => ['nexthop', ...hopWords(hop, onlink), `weight ${hop.weight}`].join(' ')),
    ...(unknown === undefined ? [] : [unknown]),
  ].join(' ');
}

function hopWords({ via, via6, dev }: Pick<NextHop, 'via' | 'via6' | 'dev'>, onlink: boolean): readonly string[] {
  return [
    ...word('via', via === undefined ? undefined : formatAddress(via)),
    ...word('via inet6', via6 === undefined ? undefined : formatAddress(via6)),
    ...word('dev', dev),
    ...(onlink && dev !== undefined && (via ?? via6) !== undefined ? ['onlink'] : []),
  ];
}

export function ipRuleText(rule: RoutingRule): string {
  const { family, priority, from, to, iif, oif, mark, not, suppress, suppressGroup, action, tos, dscp, uid, proto, l3mdev } = rule;
  return [
    `-${family}`,
    ...(not ? ['not'] : []),
    ...word('from', from && prefixText(from)),
    ...word('to', to && prefixText(to)),
    ...word('tos', tosText(tos)),
    ...word('dscp', dscp),
    ...word('iif', iif),
    ...word('oif', oif),
    ...word('fwmark', mark && `${mark.value}/${mark.mask}`),
    ...word('uidrange', uid && `${uid.lo}-${uid.hi}`),
    ...word('ipproto', proto),
    ...word('sport', rule.sport && rangeText(rule.sport)),
    ...word('dport', rule.dport && rangeText(rule.dport)),
    `pref ${priority}`,
    ...(l3mdev === true ? ['l3mdev'] : []),
    ...(rule.unknown === undefined ? [] : [rule.unknown]),
    ...(l3mdev === true ? [] : actionWords(action)),
    ...word('suppress_prefixlength', suppress),
    ...word('suppress_ifgroup', suppressGroup),
  ].join(' ');
}

function actionWords(action: RoutingRule['action']): readonly string[] {
  if (typeof action === 'object') return 'lookup' in action ? [`lookup ${action.lookup}`] : [`goto ${action.goto}`];
  return action === 'unknown' ? [] : [action];
}

/** ip(8) reads it in hexadecimal, with or without `0x`. */
function tosText(tos: number | undefined): string | undefined {
  return tos === undefined ? undefined : `0x${tos.toString(16)}`;
}

function rangeText({ lo, hi }: Interval<number>): string {
  return lo === hi ? String(lo) : `${lo}-${hi}`;
}

function word(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name} ${value}`];
}
