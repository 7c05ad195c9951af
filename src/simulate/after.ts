/** What a packet has become at the end of its walk. */
import type { Skb } from './skb.ts';
import type { After, Fate } from './trace.ts';

export function afterOf(skb: Skb, fate: Fate): After {
  // a packet that came back over lo left by it
  const oif = fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : skb.iif === 'lo' ? 'lo' : skb.oif;
  return {
    src: skb.src,
    dst: skb.dst,
    mark: skb.mark,
    connmark: skb.connection?.mark ?? 0,
    ctzone: (skb.connection?.zone ?? skb.zone)[skb.direction],
    ...(skb.sport === undefined ? {} : { sport: skb.sport }),
    ...(skb.dport === undefined ? {} : { dport: skb.dport }),
    ...(skb.iif === undefined ? {} : { iif: skb.iif }),
    ...(oif === undefined ? {} : { oif }),
    ...(skb.state !== undefined ? { ctstate: skb.state } : skb.hasTemplate ? { ctstate: skb.stateOfTemplate } : {}),
  };
}
