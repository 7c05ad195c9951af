/** A table that is there takes the flags of the last command that adds it. kernel net/netfilter/nf_tables_api.c nf_tables_updtable() */
import type { NftName } from './ast.ts';
import type { NftCursor } from './cursor.ts';
import type { NftTableState } from './world.ts';

interface Flagged {
  readonly cursor: NftCursor;
  readonly table: NftTableState;
  readonly name: NftName;
  /** its flags before */
  readonly before: readonly NftName[];
}

/** fact: `add table t` wakes a table that was dormant; one text may switch it once */
export function noteSwitch({ cursor, table, name, before }: Flagged): void {
  if (isDormant(before) === isDormant(table.flags)) return;
  if (cursor.switched.has(table)) say(cursor, name, `table \`${name.text}\` is made dormant or woken a second time in this text`);
  cursor.switched.add(table);
}

/** fact: a base chain that is added behind that is refused */
export function checkSwitched(cursor: NftCursor, table: NftTableState, chain: NftName): void {
  if (cursor.switched.has(table))
    say(cursor, chain, `table \`${table.name.text}\` is made dormant or woken in the text that adds this chain`);
}

function isDormant(flags: readonly NftName[]): boolean {
  return flags.some(({ text }) => text === 'dormant');
}

function say({ report }: NftCursor, { start, end }: NftName, message: string): void {
  const help = 'load it as two texts, one after the other';
  report({ kind: 'not-loadable', code: 'bad-value', message, span: { start, end }, help });
}
