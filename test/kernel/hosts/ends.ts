/** Where a packet ends, as both sides say it. */
import { addrType } from '../../../src/host/addrType.ts';
import type { Host } from '../../../src/host/host.ts';
import { readHost } from '../../../src/host/readHost.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { ADDR_TYPES } from '../../../src/packet/fields.ts';
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
  const { end, type, oif, src, error, name } = answer;
  // an interface without carrier drops what has been routed to it
  if (error === UNSEEN && host.interfaces.some(({ state }) => state === 'no-carrier'))
    return send.how === 'connect' ? `sent into nothing from ${name}` : 'sent into nothing';
  if (end === 'unbound') return undefined;
  if (end !== undefined) return end === 'lost' ? 'lost' : end === 'sent' ? `sent by ${oif} from ${src}` : `delivered from ${src}`;
  if (type === 'local' || type === 'anycast' || (type === 'broadcast' && !send.dst.includes(':'))) return 'delivered';
  return type === 'unicast' ? `forwarded by ${oif}` : 'lost';
}

const RULES = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n';

/** One for each way that the simulator finds; undefined: it cannot be asked. */
export function ourEnds(description: RoutedHost, send: Send): readonly string[] | undefined {
  const { interfaces, ...rest } = description;
  const { host, problems } = readHost({ ...rest, interfaces: interfaces.map(({ late: _, ...nic }) => nic) });
  if (host === undefined) throw new Error(problems.join('; '));
  const family = send.dst.includes(':') ? 6 : 4;
  const packet = packetOf(notationOf(send), host);
  // the look-up for a packet of IPv6 that arrives does not ask whether it may be forwarded, and where it comes from
  const asksLess =
    host.sysctls.get('net.ipv6.conf.all.forwarding') !== '1' ||
    [send.src ?? '', send.dst].some((end) => end === '::1' || (end.startsWith('fe80:') && end !== send.dst));
  if (send.how === 'get' && family === 6 && asksLess) return undefined;
  // connect(2) refuses these
  const type = ADDR_TYPES[addrType(host, packet.dst)];
  if (send.how === 'connect' && send.proto === 'tcp' && type === 'BROADCAST') return undefined;
  if (send.dst.startsWith('fe80:') && send.oif === undefined) return undefined;
  const { walks } = simulate({ ruleset: rulesetOf(RULES, { family }), packet, host });
  const ways = walks.filter(({ choices }) =>
    choices.every(({ taken }) => taken !== (send.how === 'connect' ? 'not connected' : 'connected')),
  );
  return [...new Set(ways.map((walk) => endOf(walk, { send, host })))];
}

function endOf({ fate, after }: Walk, { send: { how }, host }: { readonly send: Send; readonly host: Host }): string {
  const from = how === 'get' ? '' : ` from ${formatAddress(after.src)}`;
  switch (fate.kind) {
    case 'sent':
    case 'forwarded':
      if (how !== 'get' && host.interfaces.some(({ name, state }) => name === fate.oif && state === 'no-carrier'))
        return how === 'connect' ? `sent into nothing${from}` : 'sent into nothing';
      return `${fate.kind} by ${fate.oif}${from}`;
    case 'delivered':
      return `delivered${from}`;
    case 'undecided':
      return 'undecided';
    default:
      return 'lost';
  }
}

function notationOf({ how, proto, src, sport, dst, dport, uid, mark, tos, oif, iif }: Send): string {
  const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
  const words = how === 'get' ? [`iif=${iif}`] : [`uid=${uid}`, `gid=${uid}`, ...(oif === undefined ? [] : [`oif=${oif}`])];
  return [
    how === 'get' ? 'in' : 'out',
    proto,
    ...(src === undefined ? [] : [sport === undefined ? bracketed(src).replace(/^\[(.*)\]$/, '$1') : `${bracketed(src)}:${sport}`]),
    `-> ${bracketed(dst)}:${dport}`,
    ...words,
    ...(mark === undefined ? [] : [`mark=${mark}`]),
    ...(tos === undefined ? [] : [`tos=${tos}`]),
  ].join(' ');
}
