/** Which transparent socket TPROXY finds.
 *  kernel net/netfilter/xt_TPROXY.c tproxy_tg4(), net/ipv6/netfilter/nf_tproxy_ipv6.c nf_tproxy_laddr6() */
import type { Host, Listener } from '../host/host.ts';
import { findSocket } from '../host/listeners.ts';
import { firstAddress4 } from '../host/sourceAddress.ts';
import type { Divert } from '../netfilter/effect.ts';
import type { Address } from '../packet/address.ts';
import { familyOf } from '../packet/address.ts';
import { connectedSocket } from './connectedSocket.ts';
import type { Skb } from './skb.ts';
import type { Fate } from './trace.ts';

export function transparentSocket(skb: Skb, effect: Divert): { readonly port: number; readonly listener: Listener | undefined } {
  const port = effect.port === 0 ? (skb.dport ?? 0) : effect.port;
  // a connection that has its socket by now keeps it, and is dropped where that is not transparent
  const connected = connectedSocket(skb.sockets, skb);
  const found = connected ?? findSocket(skb.host, { proto: skb.proto, dst: effect.address ?? localAddress(skb), dport: port });
  return { port, listener: found?.transparent === true ? found : undefined };
}

/** Without --on-ip: an address of the input interface, else the packet's own destination. */
function localAddress(skb: Skb): Address {
  if (skb.family === 4) return firstAddress4(skb.host, skb.iif) ?? skb.dst;
  const nic = skb.host.interfaces.find(({ name }) => name === skb.iif);
  return nic?.addresses.findLast(({ address }) => familyOf(address) === 6)?.address ?? skb.dst;
}

/** Which socket has the packet in the end. */
export function takenBy(skb: Skb, host: Host): Fate {
  const listener = skb.diverted ?? findSocket(host, { proto: skb.proto, dst: skb.dst, dport: skb.dport });
  const port = listener?.port ?? skb.dport;
  return {
    kind: 'delivered',
    transparent: skb.diverted !== undefined,
    ...(listener === undefined ? {} : { process: listener.process, ...(port === undefined ? {} : { listener: port }) }),
  };
}
