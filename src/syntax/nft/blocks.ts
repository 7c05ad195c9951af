/** What the blocks of a table have in common. */
import type { NftName } from './ast.ts';
import { type NftCursor, take } from './cursor.ts';
import { allParts, textAt } from './matched.ts';
import type { NftTableState } from './world.ts';

export interface NamedBlock {
  readonly table: NftTableState;
  /** `chain`, `set`, `ct helper` ... */
  readonly kind: string;
  readonly name: NftName;
  readonly start: number;
}

/** `# handle N` behind a brace. */
export function readHandle(cursor: NftCursor): number | undefined {
  if (!take(cursor, 'handleHere')) return undefined;
  const [handle] = allParts(cursor);
  return handle === undefined ? undefined : Number(textAt(cursor, handle + 3));
}

/** Lines up to the closing brace. */
export function readLines(cursor: NftCursor, of: NftName, line: () => void): void {
  for (;;) {
    take(cursor, 'between');
    if (take(cursor, 'closes')) return;
    if (cursor.at >= cursor.end) {
      if (cursor.cut) return;
      cursor.cut = true;
      const message = `the block of \`${of.text}\` is not closed: the text may be cut off`;
      cursor.report({ kind: 'malformed', code: 'cut-off', message, span: of, help: 'close it with `}`' });
      return;
    }
    const before = cursor.at;
    line();
    if (cursor.at === before) cursor.at++;
  }
}
