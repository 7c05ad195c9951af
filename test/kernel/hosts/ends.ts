/** Where a packet ends, as both sides say it. */
import { longestMatch } from '../../../src/host/fib.ts';
import type { Host } from '../../../src/host/host.ts';
import { routeOutput } from '../../../src/host/output.ts';
import { readHost } from '../../../src/host/readHost.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import type { Walk } from '../../../src/simulate/trace.ts';
import { packetOf } from '../../support/packet.ts';
import { rulesetOf } from '../../support/rulesets.ts';
import type { KernelAnswer, RoutedHost, Send } from './routedHost.ts';

const UNSEEN = 'nothing was sent';

export interface Answered {
  readonly send: Send;
  readonly answer: KernelAnswer;
}

/** Undefined: it tells nothing. */
export function theirEnd(host: RoutedHost, { send, answer }: Answered): string | undefined {
  const { end, type, oif, src, error, name, mtu } = answer;
  // an interface without carrier drops what has been routed to it
  if (error === UNSEEN && host.interfaces.some(({ state }) => state === 'no-carrier'))
    return send.how === 'connect' ? `sent into nothing from ${name}` : 'sent into nothing';
  if (end === 'unbound') return undefined;
  if (end === 'lost') return error === 'EMSGSIZE' || mtu !== undefined ? 'too big' : 'lost';
  if (send.how === 'arrive') return end === 'forwarded' ? `forwarded by ${oif}` : 'delivered';
  if (end !== undefined) return end === 'sent' ? `sent by ${oif} from ${src}` : `delivered from ${src}`;
  if (type === 'local' || type === 'anycast' || (type === 'broadcast' && !send.dst.includes(':'))) return 'delivered';
  // the look-up tells no error of what IPv6 discards, which `arrive` finds
  const isDiscarded = send.dst.includes(':') && oif === 'lo';
  return type === 'unicast' && !isDiscarded ? `forwarded by ${oif}` : 'lost';
}

const RULES = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n';

/** One for each way that the simulator finds; undefined: it cannot be asked. */
export function ourEnds(description: RoutedHost, send: Send): readonly string[] | undefined {
  const { interfaces, ...rest } = description;
  const { host, problems } = readHost({ ...rest, interfaces: interfaces.map(({ late: _, ...nic }) => nic) });
  if (host === undefined) throw new Error(problems.join('; '));
  const family = send.dst.includes(':') ? 6 : 4;
  const packet = packetOf(notationOf(send), host);
  // the look-up for a packet of IPv6 that arrives does not ask whether it may be forwarded, and where it comes from; `arrive` does
  const asksLess =
    host.sysctls.get('net.ipv6.conf.all.forwarding') !== '1' ||
    [send.src ?? '', send.dst].some((end) => end === '::1' || (end.startsWith('fe80:') && end !== send.dst));
  if (send.how === 'get' && family === 6 && asksLess) return undefined;
  if (isRefusedByConnect(host, packet, send)) return ['lost'];
  if (send.how === 'connect' && isForeignChoice(host, packet)) return undefined;
  const { walks } = simulate({ ruleset: rulesetOf(RULES, { family }), packet, host });
  const ways = walks.filter(({ choices }) =>
    choices.every(({ taken }) => taken !== (send.how === 'connect' ? 'not connected' : 'connected')),
  );
  return [...new Set(ways.map((walk) => endOf(walk, { send, host })))];
}

/** A `src` of a route that is no address of this host: see docs/limits.md. */
function isForeignChoice(host: Host, { family, src, srcChosen }: Packet): boolean {
  return family === 4 && srcChosen === true && src !== 0 && longestMatch(host, { table: 'local', address: src })?.type !== 'local';
}

/** What connect(2) refuses before there is a packet; the simulator walks one, as from a raw socket (docs/limits.md).
 *  kernel net/ipv4/tcp_ipv4.c tcp_v4_connect(), net/ipv6/tcp_ipv6.c tcp_v6_connect(), net/ipv6/datagram.c __ip6_datagram_connect() */
function isRefusedByConnect(host: Host, packet: Packet, { how, proto, dst, oif, sport = 0 }: Send): boolean {
  if (how !== 'connect') return false;
  const { family, mark, uid = 0, tos, dport = 0, src } = packet;
  const flow = { tos, uid, proto: packet.proto, sport, dport };
  const own = packet.srcChosen === true ? {} : { src };
  const found = routeOutput(host, { family, dst: packet.dst, mark, flow, ...own, ...(oif !== undefined && { bound: oif }) });
  const toAll = found.kind === 'found' && found.route?.type === 'broadcast';
  return (proto === 'tcp' && toAll) || (dst.startsWith('fe80:') && oif === undefined);
}

function endOf({ fate, after }: Walk, { send: { how }, host }: { readonly send: Send; readonly host: Host }): string {
  const from = arrives(how) ? '' : ` from ${formatAddress(after.src)}`;
  switch (fate.kind) {
    case 'sent':
    case 'forwarded':
      if (how !== 'get' && host.interfaces.some(({ name, state }) => name === fate.oif && state === 'no-carrier'))
        return arrives(how) ? 'lost' : how === 'connect' ? `sent into nothing${from}` : 'sent into nothing';
      return `${fate.kind} by ${fate.oif}${from}`;
    case 'delivered':
      return `delivered${from}`;
    case 'undecided':
      return 'undecided';
    case 'lost':
      return fate.reason === 'too-big' ? 'too big' : 'lost';
    default:
      return 'lost';
  }
}

/** The packet in arrow form. */
export function notationOf({ how, proto, src, sport, dst, dport, uid, mark, tos, oif, iif, size, df }: Send): string {
  const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
  const words = arrives(how) ? [`iif=${iif}`] : [`uid=${uid}`, `gid=${uid}`, ...(oif === undefined ? [] : [`oif=${oif}`])];
  return [
    arrives(how) ? 'in' : 'out',
    proto,
    ...(src === undefined ? [] : [sport === undefined ? bracketed(src).replace(/^\[(.*)\]$/, '$1') : `${bracketed(src)}:${sport}`]),
    `-> ${bracketed(dst)}:${dport}`,
    ...words,
    ...(mark === undefined ? [] : [`mark=${mark}`]),
    ...(tos === undefined ? [] : [`tos=${tos}`]),
    ...(size === undefined ? [] : [`len=${size}`]),
    ...(df === undefined ? [] : [`df=${df ? 'yes' : 'no'}`]),
  ].join(' ');
}

function arrives(how: Send['how']): boolean {
  return how === 'get' || how === 'arrive';
}
