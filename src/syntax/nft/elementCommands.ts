/** `add element`, `create element`, `delete element`. */
import type { NftElement } from './ast.ts';
import { type NftCursor, take, takeOrSay } from './cursor.ts';
import { noteEarlyTargets } from './definedLater.ts';
import { knownTable, sayMissing } from './known.ts';
import { allParts } from './matched.ts';
import { printNftExpression } from './printExpression.ts';
import { printNftStatement } from './printStatement.ts';
import { readElementsTo } from './setBlock.ts';
import { readName } from './statements.ts';
import { tableNameIn } from './tableBlock.ts';
import type { NftSetState, NftWorld } from './world.ts';

/** False: the command cannot be read. */
export function elementCommand(cursor: NftCursor, world: NftWorld, verb: string): boolean {
  if (!takeOrSay(cursor, 'itemName')) return false;
  const parts = allParts(cursor);
  const named = tableNameIn(cursor, parts);
  const name = readName(cursor, parts.at(-1) ?? 0);
  take(cursor, 'sp');
  if (!takeOrSay(cursor, 'opens')) return false;
  const elements: NftElement[] = [];
  readElementsTo(cursor, elements);
  const table = knownTable(cursor, world, named);
  const set = table?.sets.get(name.text);
  if (table !== undefined) noteEarlyTargets(cursor, table, elements);
  if (set !== undefined) carryOut(cursor, set, { verb, elements });
  else if (table !== undefined) sayMissing(cursor, { table, kind: 'set', name });
  return true;
}

interface Change {
  readonly verb: string;
  readonly elements: readonly NftElement[];
}

function carryOut(cursor: NftCursor, set: NftSetState, { verb, elements }: Change): void {
  const known = new Map(set.elements.map((element) => [keyOf(element), element]));
  const deletes = verb === 'delete' || verb === 'destroy';
  for (const element of elements) {
    const key = keyOf(element);
    const before = known.get(key);
    if (deletes) {
      if (before === undefined && verb === 'delete') say(cursor, element, `set \`${set.name.text}\` has no element \`${key}\``);
      known.delete(key);
    } else if (before === undefined) known.set(key, element);
    // intervals of one field alone are merged
    else if (verb === 'create' && (set.autoMerge !== true || element.key.kind === 'concat'))
      say(cursor, element, `element \`${key}\` is there already`);
    else if (valueWords(before) === valueWords(element)) known.set(key, laterOf(set, before, element));
    else say(cursor, element, `\`${key}\` is in the map already, with another value`);
  }
  set.elements.splice(0, set.elements.length);
  for (const element of known.values()) set.elements.push(element);
}

/** What is added again keeps its comment, and has the time of the last command; nft makes sets of intervals anew. */
function laterOf({ flags }: NftSetState, before: NftElement, element: NftElement): NftElement {
  if (flags.some(({ text }) => text === 'interval') && element.key.kind !== 'concat') return element;
  const { timeout: _, ...kept } = before;
  // what the set has none of is an error, said where the table is bound
  const statements = before.statements.length > 0 ? before.statements : element.statements;
  return { ...kept, statements, ...(element.timeout !== undefined && { timeout: element.timeout }) };
}

function valueWords({ value }: NftElement): string | undefined {
  if (value === undefined) return undefined;
  return value.kind === 'verdict' ? printNftStatement(value) : printNftExpression(value, printNftStatement);
}

function keyOf({ key }: NftElement): string {
  return printNftExpression(key, printNftStatement);
}

function say(cursor: NftCursor, { start, end }: NftElement, message: string): void {
  cursor.report({ kind: 'not-loadable', code: message.includes(' no ') ? 'unknown-item' : 'item-exists', message, span: { start, end } });
}
