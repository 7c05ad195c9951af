/** Commands are carried out one after the other: what a rule names has to be there before it. In the block of a table the order is free. */
import type { NftName, NftRuleNode } from './ast.ts';
import type { NftCursor } from './cursor.ts';
import { type NftTableState, type NftWorld, nftTableKey } from './world.ts';

/** A name that was not there when a command named it. */
export interface NamedEarly {
  readonly table: NftTableState;
  readonly of: 'chains' | 'sets';
  readonly name: NftName;
}

export function noteEarly(cursor: NftCursor, table: NftTableState, rule: NftRuleNode): void {
  for (const { of, name } of namesIn(rule)) if (!table[of].has(name.text)) cursor.early.push({ table, of, name });
}

/** What is not there at the end either is said by those who look at the whole table. */
export function sayDefinedLater({ early, report }: NftCursor, world: NftWorld): void {
  for (const { table, of, name } of early) {
    const isGone = world.get(nftTableKey(table.family, table.name.text)) !== table;
    if (!isGone && !table[of].has(name.text)) continue;
    const message = `\`${name.text}\` is not there when this command is carried out`;
    const { start, end } = name;
    const help = 'put the command that makes it before this one';
    report({ kind: 'not-loadable', code: of === 'chains' ? 'unknown-chain' : 'unknown-item', message, span: { start, end }, help });
  }
}

function* namesIn(node: unknown): Generator<Pick<NamedEarly, 'of' | 'name'>> {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const one of node) yield* namesIn(one);
    return;
  }
  const { kind, name, chain, set } = node as Partial<Record<'kind' | 'name' | 'chain' | 'set', unknown>>;
  if (kind === 'reference') yield { of: 'sets', name: name as NftName };
  if (kind === 'dynamic') yield { of: 'sets', name: set as NftName };
  if (kind === 'verdict' && chain !== undefined) yield { of: 'chains', name: chain as NftName };
  for (const inner of Object.values(node)) yield* namesIn(inner);
}
