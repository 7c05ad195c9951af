/** What was read of a host so far. Mutable on purpose: lines are read one after another, and each may continue the one before it. */
import type { ListenerDescription } from '../../host/hostDescription.ts';
import type { Family } from '../../packet/address.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { PrintedRoute, PrintedRule, SocketProtocol } from './printedHost.ts';

export interface HostPage {
  readonly report: ProblemSink;
  section: HostSection;
  readonly nics: Map<string, PrintedNic>;
  nic: PrintedNic | undefined;
  readonly routes: PrintedRoute[];
  readonly routesOf: Set<Family>;
  readonly rules: PrintedRule[];
  readonly rulesOf: Set<Family>;
  /** where the first rule stands that is not there by itself */
  addedRule?: Span;
  /** a line that only the `ip` of busybox prints */
  byBusybox?: Span;
  readonly listeners: ListenerDescription[];
  readonly listenersOf: Set<SocketProtocol>;
  /** numbers of the users of processes */
  readonly users: Map<string, number>;
  readonly sets: Map<string, { readonly type: string; readonly options: string; readonly members: string[] }>;
  readonly sysctls: Map<string, string>;
  /** on which no answer depends */
  readonly unusedSysctls: Set<string>;
}

/** What the call above the lines asked for; all absent: no call is known. */
export interface HostSection {
  readonly what?: 'address' | 'link' | 'route' | 'rule' | 'socket' | 'set' | 'sysctl' | 'other';
  readonly family?: Family;
  /** of routes; `all` */
  readonly table?: string;
  readonly protocols?: readonly SocketProtocol[];
  /** only a part was asked for */
  readonly isPart?: true;
}

export interface PrintedNic {
  readonly name: string;
  /** the key is the address without its length: `ip` and `ifconfig` may both print it, and it counts once */
  readonly addresses: Map<string, string>;
  mtu?: number;
  state?: 'down' | 'no-carrier';
  master?: string;
  group?: string;
  type?: string;
  table?: string;
}

/** A line, and where it stands. */
export interface HostLine {
  readonly text: string;
  readonly span: Span;
  readonly number: number;
}

export function newPage(report: ProblemSink): HostPage {
  return {
    report,
    section: {},
    nics: new Map(),
    nic: undefined,
    routes: [],
    routesOf: new Set(),
    rules: [],
    rulesOf: new Set(),
    listeners: [],
    listenersOf: new Set(),
    users: new Map(),
    sets: new Map(),
    sysctls: new Map(),
    unusedSysctls: new Set(),
  };
}

export function nicNamed(page: HostPage, name: string): PrintedNic {
  const nic = page.nics.get(name) ?? { name, addresses: new Map() };
  page.nics.set(name, nic);
  page.nic = nic;
  return nic;
}
