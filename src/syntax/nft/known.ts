/** What commands name: is it there? What is not makes the kernel refuse the whole text. */
import type { NftName } from './ast.ts';
import type { NftCursor } from './cursor.ts';
import type { NftTableName } from './tableBlock.ts';
import { type NftChainState, type NftTableState, type NftWorld, nftTableKey } from './world.ts';

export function knownTable(cursor: NftCursor, world: NftWorld, { family, name }: NftTableName): NftTableState | undefined {
  const table = world.get(nftTableKey(family, name.text));
  if (table === undefined) {
    const message = `there is no table \`${family} ${name.text}\``;
    cursor.report({ kind: 'not-loadable', code: 'unknown-table', message, span: name, help: helpFor(world, family, name.text) });
  }
  return table;
}

/** The same name in another family is the usual mistake. */
function helpFor(world: NftWorld, family: string, name: string): string {
  const other = [...world.values()].find((table) => table.name.text === name);
  if (other !== undefined) return `there is \`${other.family} ${name}\`: write its family`;
  return `make it before with \`add table ${family} ${name}\`, or give what \`nft list ruleset\` printed before these commands`;
}

export function knownChain(cursor: NftCursor, table: NftTableState, name: NftName): NftChainState | undefined {
  const chain = table.chains.get(name.text);
  if (chain === undefined) sayMissing(cursor, { table, kind: 'chain', name });
  return chain;
}

interface Missing {
  readonly table: NftTableState;
  readonly kind: string;
  readonly name: NftName;
}

export function sayMissing(cursor: NftCursor, { table, kind, name }: Missing): void {
  const message = `table \`${table.family} ${table.name.text}\` has no ${kind} \`${name.text}\``;
  cursor.report({ kind: 'not-loadable', code: kind === 'chain' ? 'unknown-chain' : 'unknown-item', message, span: name });
}

export function sayExists(cursor: NftCursor, { kind, name }: { readonly kind: string; readonly name: NftName }): void {
  const message = `${kind} \`${name.text}\` is there already`;
  const code = kind === 'chain' ? 'chain-exists' : 'item-exists';
  cursor.report({ kind: 'not-loadable', code, message, span: name, help: '`add` takes what is there as it is, `create` does not' });
}
