/** The conntrack lookup of a packet that it sees for the first time.
 *  kernel net/netfilter/nf_conntrack_core.c nf_conntrack_in() */
import type { Host } from '../host/host.ts';
import type { ForcedState } from '../netfilter/firstState.ts';
import { firstStates } from '../netfilter/firstState.ts';
import type { CtState } from '../packet/packet.ts';
import type { Test } from './evaluate.ts';
import { compile, YES } from './evaluate.ts';
import type { Connection, Skb, Tuple } from './skb.ts';

const TESTS = new Map<string, readonly { readonly state: CtState; readonly test: Test }[]>();

function stateOfFirst(skb: Skb, host: Host): CtState {
  const loose = host.sysctls.get('net.netfilter.nf_conntrack_tcp_loose') !== '0';
  const key = `${skb.family} ${loose}`;
  let tests = TESTS.get(key);
  if (tests === undefined) {
    tests = firstStates(skb.family, { loose }).map(({ state, when }) => ({ state, test: compile(when) }));
    TESTS.set(key, tests);
  }
  return tests.find(({ test }) => test(skb) === YES)?.state ?? 'INVALID';
}

/** At PREROUTING and OUTPUT. */
export function track(skb: Skb, forced: ForcedState | undefined): void {
  if (skb.tracked && (skb.connection !== undefined || skb.state === 'UNTRACKED')) return;
  skb.state = forced?.state ?? stateOfFirst(skb, skb.host);
  skb.tracked = skb.state !== 'INVALID';
  if (skb.state === 'INVALID' || skb.state === 'UNTRACKED') return;
  skb.connection = connectionOf(skb, { settled: skb.state !== 'NEW', mark: forced?.connmark ?? 0 });
}

function connectionOf(skb: Skb, { settled, mark }: { readonly settled: boolean; readonly mark: number }): Connection {
  const tuple = (): Tuple => ({ src: skb.src, dst: skb.dst, sport: skb.sport, dport: skb.dport });
  return {
    original: tuple(),
    translated: tuple(),
    proto: skb.proto,
    zone: skb.zone,
    mark,
    confirmed: settled,
    srcDone: settled,
    dstDone: settled,
  };
}
