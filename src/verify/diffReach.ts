/** Packets that may match one of some rules: more perhaps, never fewer, and found without walking the other rules.
 *  Conditions on what the way there may have changed count as unknown. */
import type { HookName, TableName } from '../netfilter/hooks.ts';
import { HOOK_STAGES } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { unmodelled } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Chain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY, FULL } from '../symbolic/bdd.ts';
import { encode } from '../symbolic/encode.ts';
import type { Space } from '../symbolic/space.ts';
import { startEnv } from '../symbolic/state.ts';

/** `iif` undefined: packets that are sent here. */
export interface Direction {
  readonly iif: string | undefined;
}

export function mayMatch(space: Space, ruleset: Ruleset, { rules, iif }: Direction & { readonly rules: ReadonlySet<Rule> }): Bdd {
  if (rules.size === 0) return EMPTY;
  const changes = changesOf(ruleset);
  let found: Bdd = EMPTY;
  for (const hook of iif === undefined ? SENT : ARRIVED) {
    for (const name of HOOK_STAGES[hook]) {
      const table = name === 'conntrack' ? undefined : ruleset.tables.get(name);
      if (table === undefined || ![...rules].some((rule) => rule.table === name)) continue;
      found = space.manager.or(found, inTable(space, table, { hook, iif, changes, rules }));
    }
  }
  return found;
}

const SENT: readonly HookName[] = ['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT'];
const ARRIVED: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'];

interface Visit extends Direction {
  readonly hook: HookName;
  readonly changes: Changes;
  readonly rules: ReadonlySet<Rule>;
}

/** Backwards from the rules to the base chain, by the rules that lead there. */
function inTable(space: Space, table: Table, visit: Visit): Bdd {
  const { manager } = space;
  const { hook, iif } = visit;
  const owned = iif === undefined && (hook === 'OUTPUT' || hook === 'POSTROUTING');
  const env = startEnv(space, { iif: owned ? undefined : (iif ?? 'lo'), owned });
  const matching = (rule: Rule): Bdd =>
    encode(
      space,
      env,
      forget(rule.match, (field) => isKnown(field, table.name, visit)),
    ).may;
  const callers = callersOf(table);
  const reach = new Map<string, Bdd>();
  const reaching = (chain: string): Bdd => {
    if (chain === hook) return FULL;
    const known = reach.get(chain);
    if (known !== undefined) return known;
    // a loop of chains is not reached; the kernel refuses it otherwise
    reach.set(chain, EMPTY);
    const set = manager.any(
      (callers.get(chain) ?? []).map((rule) => {
        const from = reaching(rule.chain);
        return from === EMPTY ? EMPTY : manager.and(from, matching(rule));
      }),
    );
    reach.set(chain, set);
    return set;
  };
  let found: Bdd = EMPTY;
  for (const rule of visit.rules) {
    if (rule.table !== table.name || rule.effect.kind === 'continue') continue;
    const from = reaching(rule.chain);
    if (from !== EMPTY) found = manager.or(found, manager.and(from, matching(rule)));
  }
  return found;
}

function callersOf({ chains }: Table): ReadonlyMap<string, readonly Rule[]> {
  const callers = new Map<string, Rule[]>();
  for (const { rules } of chains.values()) {
    for (const rule of rules) {
      if (rule.target === undefined || !chains.has(rule.target)) continue;
      const known = callers.get(rule.target);
      if (known === undefined) callers.set(rule.target, [rule]);
      else known.push(rule);
    }
  }
  return callers;
}

/** What the rules may have changed before a packet gets somewhere. */
interface Changes {
  readonly addresses: boolean;
  readonly marks: boolean;
}

/** Targets that change nothing in a packet, or end its way. */
const PLAIN: ReadonlySet<string | undefined> = new Set([undefined, 'ACCEPT', 'DROP', 'RETURN', 'REJECT', 'LOG', 'NFLOG']);

function changesOf({ tables }: Ruleset): Changes {
  const changes = (name: TableName): boolean => {
    const chains: ReadonlyMap<string, Chain> = tables.get(name)?.chains ?? new Map();
    return [...chains.values()].some(({ rules }) => rules.some(({ target }) => !PLAIN.has(target) && !chains.has(target ?? '')));
  };
  return { addresses: changes('nat'), marks: [...tables.keys()].some(changes) };
}

const ADDRESSES: ReadonlySet<Field> = new Set<Field>(['src', 'dst', 'sport', 'dport', 'srcType', 'dstType']);
const NEVER_CHANGED: ReadonlySet<Field> = new Set<Field>([
  'proto',
  'flags',
  'icmpType',
  'icmpCode',
  'length',
  'tos',
  'fragOffset',
  'mac',
  'socket',
  'uid',
  'gid',
]);

/** The field is at this place what it was at the start. */
function isKnown(field: Field, table: TableName, { hook, iif, changes }: Visit): boolean {
  if (NEVER_CHANGED.has(field)) return true;
  if (field === 'iif') return true;
  if (field === 'mark') return !changes.marks;
  if (field === 'ttl') return hook === 'OUTPUT' || hook === 'PREROUTING' || hook === 'INPUT';
  if (!ADDRESSES.has(field)) return false;
  return !changes.addresses || isBeforeNat({ hook, table, iif });
}

/** A packet sees the nat table of OUTPUT or PREROUTING once, and is rewritten there first. */
function isBeforeNat({ hook, table, iif }: Direction & { readonly hook: HookName; readonly table: TableName }): boolean {
  const early = table === 'raw' || table === 'mangle' || table === 'nat';
  if (hook === 'OUTPUT') return early;
  return hook === 'PREROUTING' && (iif !== undefined ? early : table === 'nat');
}

function forget(expr: MatchExpr, isKnownField: (field: Field) => boolean): MatchExpr {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return { kind: expr.kind, of: expr.of.map((part) => forget(part, isKnownField)) };
    case 'not':
      return { kind: 'not', of: forget(expr.of, isKnownField) };
    case 'in':
    case 'masked':
    case 'present':
      return isKnownField(expr.field) ? expr : unmodelled('changed on the way');
    default:
      return expr;
  }
}
