/** Places in which edits of rules break connections: rules and a host, the connections that are made there, and edits with what becomes
 *  of each connection. test/kernel/connections.test.ts plays them with real sockets, test/simulate/conversation.test.ts without. */
import { invariant } from '../../../src/lib/invariant.ts';
import type { Family } from '../../../src/packet/address.ts';
import { type Edit, inserted } from '../generate/randomEdit.ts';
import type { HostJson } from '../question.ts';

export type RuleEdit = Omit<Edit, 'first'>;

export interface PlainEdit {
  /** each before the other rules of its chain */
  readonly edits: readonly RuleEdit[];
  /** chains of filter that drop what no rule takes */
  readonly policies?: readonly ('INPUT' | 'FORWARD' | 'OUTPUT')[];
  readonly host?: Partial<HostJson>;
}

export interface RoomEdit extends PlainEdit {
  /** of each connection: `completes`, `refused`, or the packet that dies, how, and by which rule, as `syn-ack dropped filter:OUTPUT:1` */
  readonly ends: readonly string[];
}

export interface ConnectionRoom {
  readonly name: string;
  readonly family: Family;
  readonly rules: string;
  readonly host: HostJson;
  readonly openings: readonly string[];
  readonly edits: readonly RoomEdit[];
}

/** Edits that several rooms share. */
export function withEnds(edits: readonly PlainEdit[], ends: readonly (readonly string[])[]): readonly RoomEdit[] {
  invariant(edits.length === ends.length, 'each edit has its ends');
  return edits.map((edit, at) => ({ ...edit, ends: ends[at] ?? [] }));
}

export const filter = (rule: string): RuleEdit => ({ table: 'filter', rule });
export const mangle = (rule: string): RuleEdit => ({ table: 'mangle', rule });
export const nat = (rule: string): RuleEdit => ({ table: 'nat', rule });
export const raw = (rule: string): RuleEdit => ({ table: 'raw', rule });

export function rulesIn({ rules }: ConnectionRoom, { edits, policies = [] }: PlainEdit): string {
  const tables = policies.length > 0 && !rules.includes('*filter') ? inserted(rules, { ...filter('-A INPUT -p 139'), first: true }) : rules;
  // the last one is inserted first, so that they stand in their order
  const text = edits.toReversed().reduce((before, edit) => inserted(before, { ...edit, first: true }), tables);
  return text.replace(/^\*filter\n[\s\S]*?^COMMIT$/m, (block) =>
    policies.reduce((before, chain) => before.replace(new RegExp(`^:${chain} \\S+`, 'm'), `:${chain} DROP`), block),
  );
}

export function hostIn({ host }: ConnectionRoom, { host: other }: PlainEdit): HostJson {
  return { ...host, ...other };
}

export function nameOf({ edits, policies = [], host = {} }: PlainEdit): string {
  const said = [...policies.map((chain) => `policy ${chain} DROP`), ...edits.map(({ table, rule }) => `${table} ${rule}`)];
  return [...said, ...Object.entries(host).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join('; ') || 'no edit';
}
