/** The way of a packet between the hooks, for both engines: the simulator follows it with one packet, the prover with all of them.
 *  kernel net/ipv4/ip_output.c, ip_input.c, ip_forward.c and their IPv6 counterparts; docs/facts/kernel.md#hooks-and-tables */
import type { Family } from '../packet/address.ts';
import type { HookName } from './hooks.ts';

/** Where a packet goes on, or ends. */
export type PathStage = 'send' | 'come back over lo' | 'arrive' | 'forward' | 'deliver';

export type Station =
  | HookStation
  /** a process's packet gets a source address, if it has none, and a route */
  | 'route output'
  /** IPv6 discards what a route that is not local leads to lo */
  | 'discard'
  /** it leaves via its interface; lo gives it back */
  | 'leave'
  /** lo keeps mark and connection, and drops the socket */
  | 'lose the socket'
  /** addresses that the kernel refuses on an interface, reverse path filter */
  | 'check arrival'
  /** to this host, where it is delivered, or on to another one */
  | 'route input'
  /** lo knows the route already, unless NAT has changed the destination since */
  | 'keep the route'
  /** forwarding costs a hop, and is not for what a transparent socket has taken */
  | 'decrement ttl'
  /** later fragments wait for the others */
  | 'await fragments'
  /** the connection is there for the next packet. kernel nf_conntrack_core.c __nf_conntrack_confirm() */
  | 'confirm'
  /** it leaves for another host */
  | 'pass on'
  /** a listener takes it, or there is none */
  | 'find socket';

export interface HookStation {
  readonly hook: HookName;
  /** which of its two interfaces rules can match on */
  readonly devices: 'in' | 'out' | 'both';
}

const SEND: readonly Station[] = [
  'route output',
  { hook: 'OUTPUT', devices: 'out' },
  'discard',
  { hook: 'POSTROUTING', devices: 'out' },
  'confirm',
  'leave',
];

const COME_BACK: readonly Station[] = ['lose the socket', 'check arrival', { hook: 'PREROUTING', devices: 'in' }, 'keep the route'];

const ARRIVE: readonly Station[] = ['check arrival', { hook: 'PREROUTING', devices: 'in' }, 'route input'];

const FORWARD: readonly Station[] = [
  'decrement ttl',
  { hook: 'FORWARD', devices: 'both' },
  { hook: 'POSTROUTING', devices: 'both' },
  'confirm',
  'pass on',
];

const INPUT: HookStation = { hook: 'INPUT', devices: 'in' };

/** Fragments wait before INPUT in IPv4, after it in IPv6. */
const DELIVER: Readonly<Record<Family, readonly Station[]>> = {
  4: ['await fragments', INPUT, 'confirm', 'find socket'],
  6: [INPUT, 'await fragments', 'confirm', 'find socket'],
};

export function stationsOf(stage: PathStage, family: Family): readonly Station[] {
  if (stage === 'deliver') return DELIVER[family];
  return { send: SEND, 'come back over lo': COME_BACK, arrive: ARRIVE, forward: FORWARD }[stage];
}
