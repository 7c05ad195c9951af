/** What a text says of a host, piece by piece: plain data, from which a description follows once all of it is read. */
import type { HostChange } from '../../host/hostChange.ts';
import type { InterfaceDescription, ListenerDescription, SetDescription } from '../../host/hostDescription.ts';
import type { Family } from '../../packet/address.ts';

export interface PrintedHost {
  /** absent: the text has no addresses and no links */
  readonly interfaces?: readonly InterfaceDescription[];
  readonly routes: readonly PrintedRoute[];
  /** of which families the table main is there as a whole */
  readonly routesOf: readonly Family[];
  readonly rules: readonly PrintedRule[];
  /** of which families all rules are there */
  readonly rulesOf: readonly Family[];
  readonly listeners: readonly ListenerDescription[];
  /** whose listening sockets are there as a whole */
  readonly listenersOf: readonly SocketProtocol[];
  /** users of the processes that listen, by number; absent: not told */
  readonly users?: Readonly<Record<string, number>>;
  readonly sets: Readonly<Record<string, SetDescription>>;
  readonly sysctls: Readonly<Record<string, string>>;
  /** that were left out, because no answer depends on them */
  readonly unusedSysctls: readonly string[];
  /** what a script does to the host, after all this */
  readonly changes?: readonly HostChange[];
}

export type SocketProtocol = 'tcp' | 'udp';

export interface PrintedRoute {
  readonly family: Family;
  readonly table: string;
  /** as `routes` of a host description have it */
  readonly text: string;
  /** the kernel made it by itself, as it says */
  readonly byKernel?: true;
}

export interface PrintedRule {
  readonly family: Family;
  readonly priority: number;
  /** without its priority */
  readonly text: string;
}

export const NOTHING_PRINTED: PrintedHost = {
  routes: [],
  routesOf: [],
  rules: [],
  rulesOf: [],
  listeners: [],
  listenersOf: [],
  sets: {},
  sysctls: {},
  unusedSysctls: [],
};

/** Does it say anything but the members of sets? */
export function saysOfHost({ interfaces, routes, rules, listeners, listenersOf, sysctls }: PrintedHost): boolean {
  const lists = [routes, rules, listeners, listenersOf];
  return interfaces !== undefined || lists.some(({ length }) => length > 0) || Object.keys(sysctls).length > 0;
}
