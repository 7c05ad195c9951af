/** Tables of two rulesets that stand for one another: of one name, or under other names at the same places of the hooks, as the table mangle of
 *  iptables and the one that nftables has in its place. */
import type { BaseChain, Ruleset, Table } from '../ruleset/ruleset.ts';
import { baseIn, basesOf, tableNames } from '../ruleset/stages.ts';
import type { Sides } from './question.ts';

/** In the order in which packets meet them; a side that has no such table has one without chains. */
export function facingTables({ base, head }: Sides<Ruleset>): readonly Sides<Table>[] {
  const names = tableNames([base, head]);
  const here = names.filter((name) => !head.tables.has(name)).flatMap((name) => base.tables.get(name) ?? []);
  const there = names.filter((name) => !base.tables.has(name)).flatMap((name) => head.tables.get(name) ?? []);
  const facing = new Map(here.flatMap((table) => oneToOne(table, here, there).map((other) => [table, other] as const)));
  const taken = new Set(facing.values());
  return names.flatMap((name): readonly Sides<Table>[] => {
    const empty: Table = { name, chains: new Map() };
    const [own, other] = [base.tables.get(name), head.tables.get(name)];
    if (own === undefined && other !== undefined && taken.has(other)) return [];
    return [{ base: own ?? empty, head: other ?? (own && facing.get(own)) ?? empty }];
  });
}

/** The one of the others at whose places it stands, if it stands there alone. */
function oneToOne(table: Table, own: readonly Table[], others: readonly Table[]): readonly Table[] {
  const alike = others.filter((other) => standAlike(table, other));
  const [only] = alike;
  return only !== undefined && alike.length === 1 && own.filter((one) => standAlike(one, only)).length === 1 ? alike : [];
}

/** At each hook where both have a chain for later packets the two run at one place, and there is such a hook. */
function standAlike(one: Table, other: Table): boolean {
  const there = laterBases(other);
  const shared = laterBases(one).flatMap((chain) =>
    there.filter(({ base }) => base.hook === chain.base.hook).map((at) => [chain, at] as const),
  );
  return shared.length > 0 && shared.every(([a, b]) => placeOf(a) === placeOf(b));
}

/** NAT is done for the first packet. */
function laterBases(table: Table): readonly BaseChain[] {
  return basesOf(table).filter(({ base }) => base.kind !== 'nat');
}

function placeOf({ base: { hook, kind, priority } }: BaseChain): string {
  return `${hook} ${kind} ${priority}`;
}

/** Base chains of either side to which later packets of connections come, each with the one that stands for it on the other side. */
export function facingBases({ base, head }: Sides<Table>): readonly Sides<BaseChain | undefined>[] {
  const here = laterBases(base).map((chain) => ({ base: chain, head: facingBase(chain, head) }));
  const taken = new Set(here.map(({ head: other }) => other));
  const more = laterBases(head).filter((chain) => !taken.has(chain));
  return [...here, ...more.map((chain) => ({ base: undefined, head: chain }))];
}

function facingBase(chain: BaseChain, table: Table): BaseChain | undefined {
  const places = laterBases(table).filter((other) => placeOf(other) === placeOf(chain));
  return baseIn(table, chain) ?? (places.length === 1 ? places[0] : undefined);
}
