/** Named objects and flowtables: what they say is kept as words. */
import { captures } from '../generated/nft.ts';
import type { NftName } from './ast.ts';
import { type NamedBlock, readHandle, readLines } from './blocks.ts';
import { endLine, type NftCursor, take, takeOrSkip } from './cursor.ts';
import { allParts, partAt, wordsOfPart } from './matched.ts';
import { objectSays } from './objectWords.ts';
import { textIn } from './statements.ts';

export function readObject(cursor: NftCursor, { table, kind, name, start }: NamedBlock): void {
  const said = readSaid(cursor, kind, name);
  table.objects.set(`${kind} ${name.text}`, { kind, name, ...said, start, end: name.end });
}

export function readFlowtable(cursor: NftCursor, { table, name, start }: NamedBlock): void {
  const { says, handle } = readSaid(cursor, 'flowtable', name);
  table.flowtables.set(name.text, { name, says, ...(handle !== undefined && { handle }), start, end: name.end });
}

interface Said {
  readonly says: readonly NftName[];
  readonly comment?: NftName;
  readonly handle?: number;
}

function readSaid(cursor: NftCursor, kind: string, name: NftName): Said {
  const lines: (readonly NftName[])[] = [];
  const handle = readHandle(cursor);
  let comment: NftName | undefined;
  readLines(cursor, name, () => {
    if (!takeOrSkip(cursor, 'objectLine')) return;
    const [part = 0] = allParts(cursor);
    if (partAt(cursor, part) === captures.lineComment) {
      const said = textIn(cursor, part);
      if (comment !== undefined)
        cursor.report({ kind: 'malformed', code: 'bad-argument', message: 'there is a comment already', span: said });
      comment = said;
      take(cursor, 'separator');
      return;
    }
    const line = wordsOfPart(cursor, part, 0);
    lines.push(line);
    if (needsEnd(kind, line)) endLine(cursor);
    else take(cursor, 'separator');
  });
  const says = objectSays(cursor, { kind, lines });
  return { says, ...(comment !== undefined && { comment }), ...(handle !== undefined && { handle }) };
}

/** Others are one statement, which the brace ends. nftables src/parser_bison.y ct_helper_block, ct_timeout_block, ct_expect_block, flowtable_block */
function needsEnd(kind: string, [first]: readonly NftName[]): boolean {
  return kind.startsWith('ct ') || (kind === 'flowtable' && first?.text !== 'counter');
}
