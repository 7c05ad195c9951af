/** Packets as a table may meet them at a hook, whatever came before: any header, any marks, any connection, any interfaces.
 *  What a rule can do for none of these it never does. */
import type { Interval } from '../../lib/intervals.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { ADDR_TYPES, CONNECTION_FIELDS, FIELDS, TYPE_FIELDS, WAYS_BACK, ZONE_FIELDS } from '../../packet/fields.ts';
import { CT_STATES } from '../../packet/packet.ts';
import type { Table } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, variables } from '../diagrams/vector.ts';
import { askedFields, nameParts } from '../space/nameParts.ts';
import type { Space } from '../space/space.ts';
import type { FreeField, PacketClass } from './state.ts';
import { startEnv } from './state.ts';

/** Interfaces that a packet has at a hook; in POSTROUTING the input interface of forwarded packets only. */
export const INTERFACES_AT: Readonly<Record<HookName, { readonly iif: 'yes' | 'no' | 'maybe'; readonly oif: 'yes' | 'no' }>> = {
  PREROUTING: { iif: 'yes', oif: 'no' },
  INPUT: { iif: 'yes', oif: 'no' },
  FORWARD: { iif: 'yes', oif: 'yes' },
  OUTPUT: { iif: 'no', oif: 'yes' },
  POSTROUTING: { iif: 'maybe', oif: 'yes' },
};

/** How many values they have. */
const ALWAYS_THERE: Readonly<Partial<Record<Field, number>>> = {
  ctstate: CT_STATES.length,
  ...Object.fromEntries(TYPE_FIELDS.map((field) => [field, ADDR_TYPES.length])),
  wayBack: WAYS_BACK.length,
  wayBackMarked: WAYS_BACK.length,
  wayBackBound: WAYS_BACK.length,
  wayBackBoundMarked: WAYS_BACK.length,
  wayBackMade: WAYS_BACK.length,
};

/** Makes the classes of all packets of a table, one or two a hook, with variables of their own for what the space does not have. */
export function anyStates(space: Space, table: Table): (hook: HookName) => readonly PacketClass[] {
  const { manager } = space;
  let next = space.free;
  const fresh = (width: number): Vector => {
    const made = variables(manager, { start: next, width });
    next += width;
    return made;
  };
  const fields = new Map<Field, FreeField>();
  const own = (field: Field, present: Bdd): void => {
    fields.set(field, { present, bits: fresh(widthIn(field, space.family)) });
  };
  // what no rule asks about needs no limits, which would make every set larger
  const asked = askedFields(table);
  const domains: Bdd[] = [];
  for (const [field, values] of Object.entries(ALWAYS_THERE) as [Field, number][]) {
    own(field, FULL);
    if (asked.has(field)) domains.push(between(manager, fields.get(field)?.bits ?? [], { lo: 0, hi: values - 1 }));
  }
  own('sk', fresh(1)[0] as Bdd);
  const names = nameParts(table);
  const nameBits = { iif: fresh(bitsFor(names.iif)), oif: fresh(bitsFor(names.oif)) };
  const forwarded = fresh(1)[0] as Bdd;
  const connected = new Map(fields);
  const connmark = fresh(32);
  for (const field of CONNECTION_FIELDS) {
    // a template has one, which is known where rules have written it
    if (field === 'connmark') continue;
    fields.set(field, { present: EMPTY, bits: [] });
    connected.set(field, { present: FULL, bits: fresh(widthIn(field, space.family)) });
  }
  // so has it a zone
  for (const field of ZONE_FIELDS) connected.set(field, { present: FULL, bits: fresh(widthIn(field, space.family)) });
  return (hook) => {
    const at = INTERFACES_AT[hook];
    const owned = hook === 'OUTPUT' || hook === 'POSTROUTING';
    const there = { yes: FULL, no: EMPTY, maybe: forwarded };
    const places = (known: ReadonlyMap<Field, FreeField>): ReadonlyMap<Field, FreeField> =>
      new Map([
        ...known,
        ['iif', { present: there[at.iif], bits: nameBits.iif, names: names.iif }],
        ['oif', { present: there[at.oif], bits: nameBits.oif, names: names.oif }],
      ]);
    const asksOwner = asked.has('uid') || asked.has('gid') || asked.has('socket');
    const set = manager.all([
      ...domains,
      inDomain(nameBits.iif, names.iif),
      inDomain(nameBits.oif, names.oif),
      // a forwarded packet has no socket here
      at.iif === 'maybe' && asksOwner ? manager.not(manager.and(forwarded, space.socket)) : FULL,
      asksOwner ? manager.not(manager.minus(space.process, space.socket)) : FULL,
    ]);
    // no caller reads these names: they only distinguish the hooks where chains are walked once for several
    const env = { ...startEnv(space, { iif: at.iif, owned }), oif: at.oif, connmark };
    const { src, dst, sport, dport } = env;
    return [
      { set, env: { ...env, free: places(fields) }, doubts: [], decided: undefined },
      { set, env: { ...env, original: { src, dst, sport, dport }, free: places(connected) }, doubts: [], decided: undefined },
    ];
  };

  function inDomain(bits: Vector, parts: readonly Interval<string>[]): Bdd {
    return bits.length === 0 ? FULL : between(manager, bits, { lo: 0, hi: parts.length - 1 });
  }
}

function bitsFor(parts: readonly unknown[]): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(1, parts.length))));
}

function widthIn(field: Field, family: Family): number {
  const { type } = FIELDS[field];
  return type === 'address' ? (family === 4 ? 32 : 128) : (type as number);
}
