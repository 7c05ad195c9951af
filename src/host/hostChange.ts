/** What a script does to the host around its rules, in the order in which it does it. Plain data: `changedHost` carries it out. */
import type { Family } from '../packet/address.ts';

export type HostChange =
  | { readonly on: 'rule'; readonly does: 'add' | 'delete' | 'flush'; readonly family: Family; readonly text: string }
  | RouteChange
  | { readonly on: 'address'; readonly does: 'add' | 'delete' | 'flush'; readonly device: string; readonly text: string }
  | LinkChange
  /** `*` in the place of an interface: of all of them */
  | { readonly on: 'sysctl'; readonly key: string; readonly value: string }
  /** something else, as it is written: where packets go is not known then */
  | { readonly on: 'unknown'; readonly text: string };

export interface RouteChange {
  readonly on: 'route';
  readonly does: 'add' | 'replace' | 'delete' | 'flush';
  readonly family: Family;
  readonly table: string;
  readonly text: string;
}

export interface LinkChange {
  readonly on: 'link';
  readonly does: 'set' | 'add' | 'delete';
  readonly device: string;
  readonly state?: 'up' | 'down';
  readonly mtu?: number;
  /** empty: of none */
  readonly master?: string;
  readonly group?: number;
  readonly type?: string;
  readonly table?: string;
}
