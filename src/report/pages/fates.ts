/** Pages on the fates of one leg that are not outcomes too. */
import type { Page } from './page.ts';

export const FATE_PAGES: readonly Page[] = [
  {
    id: 'delivered',
    group: 'fate',
    title: 'the leg ends at a socket of this host',
    means:
      'The packet passed INPUT and its destination is local. The leg says which process listens there; whether that is the proxy or an application makes the outcome.',
    why: 'The destination after all NAT is an address of this host, or TPROXY attached the packet to a transparent socket.',
    see: [{ run: 'ss -ltnup', look: 'the process on the port' }],
    todo: 'If the wrong process gets it, look at the nat lines of the leg.',
  },
  {
    id: 'sent',
    group: 'fate',
    title: 'the leg ends on the wire: a packet made here leaves by an interface',
    means: 'The packet passed OUTPUT and POSTROUTING. What happens to it on the next host, on the node for a pod, is another ruleset.',
    why: 'Its destination is not local and there is a route. Source NAT, if any, is done in POSTROUTING.',
    see: [{ run: 'tcpdump -ni eth0', look: 'the packet with the addresses that the leg ends with' }],
    todo: 'To follow it further, save the rules of the next network namespace and trace an `in` packet through them.',
  },
];
