/** Named objects and flowtables: what they say is kept as words. */
import { captures } from '../generated/nft.ts';
import type { NftName } from './ast.ts';
import { type NamedBlock, readHandle, readLines } from './blocks.ts';
import { type NftCursor, take, takeOrSkip } from './cursor.ts';
import { allParts, partAt, wordsOfPart } from './matched.ts';
import { textIn } from './statements.ts';

export function readObject(cursor: NftCursor, { table, kind, name, start }: NamedBlock): void {
  const said = readSaid(cursor, name);
  table.objects.set(`${kind} ${name.text}`, { kind, name, ...said, start, end: name.end });
}

export function readFlowtable(cursor: NftCursor, { table, name, start }: NamedBlock): void {
  const { says, handle } = readSaid(cursor, name);
  table.flowtables.set(name.text, { name, says, ...(handle !== undefined && { handle }), start, end: name.end });
}

interface Said {
  readonly says: readonly NftName[];
  readonly comment?: NftName;
  readonly handle?: number;
}

function readSaid(cursor: NftCursor, name: NftName): Said {
  const says: NftName[] = [];
  const handle = readHandle(cursor);
  let comment: NftName | undefined;
  readLines(cursor, name, () => {
    if (!takeOrSkip(cursor, 'objectLine')) return;
    const [part = 0] = allParts(cursor);
    if (partAt(cursor, part) === captures.lineComment) comment = textIn(cursor, part);
    else says.push(...wordsOfPart(cursor, part, 0));
    take(cursor, 'separator');
  });
  return { says, ...(comment !== undefined && { comment }), ...(handle !== undefined && { handle }) };
}
