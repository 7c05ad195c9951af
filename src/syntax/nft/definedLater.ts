/** Commands are carried out one after the other: what a rule names has to be there before it. In the block of a table the order is free,
 *  and what it names has to be there at its end. */
import type { NftElement, NftName, NftRuleNode, NftStatement } from './ast.ts';
import type { NftCursor } from './cursor.ts';
import { type NftTableState, type NftWorld, nftTableKey } from './world.ts';

/** A name that was not there when a command named it. */
export interface NamedEarly {
  readonly table: NftTableState;
  readonly of: 'chains' | 'sets' | 'objects' | 'flowtables';
  /** as the table has it */
  readonly key: string;
  readonly name: NftName;
}

type Named = Pick<NamedEarly, 'of' | 'key' | 'name'>;

export function noteEarly(cursor: NftCursor, table: NftTableState, rule: NftRuleNode): void {
  note(cursor, table, rule);
}

/** A map may send packets to chains. */
export function noteEarlyTargets(cursor: NftCursor, table: NftTableState, elements: readonly NftElement[]): void {
  for (const { value } of elements) if (value?.kind === 'verdict' && value.chain !== undefined) note(cursor, table, value);
}

/** At the end of a block. */
export function noteEarlyIn(cursor: NftCursor, table: NftTableState): void {
  for (const { rules } of table.chains.values()) for (const rule of rules) noteEarly(cursor, table, rule);
  for (const { value, elements } of table.sets.values()) if (value !== undefined) noteEarlyTargets(cursor, table, elements);
}

function note(cursor: NftCursor, table: NftTableState, node: unknown): void {
  eachNamed(node, (named) => {
    if (!table[named.of].has(named.key)) cursor.early.set(named.name.start, { table, ...named });
  });
}

/** What is not there at the end either is said by those who look at the whole table. */
export function sayDefinedLater({ early, report }: NftCursor, world: NftWorld): void {
  for (const { table, of, key, name } of early.values()) {
    const isGone = world.get(nftTableKey(table.family, table.name.text)) !== table;
    if (!isGone && !table[of].has(key)) continue;
    const message = `\`${name.text}\` is not there when this command is carried out`;
    const { start, end } = name;
    const help = 'put the command that makes it before this one, or both into one block of the table';
    report({ kind: 'not-loadable', code: of === 'chains' ? 'unknown-chain' : 'unknown-item', message, span: { start, end }, help });
  }
}

/** What is named in a node, in whatever depth. Every rule of a text is looked at: nothing is made for its parts. */
export function eachNamed(node: unknown, visit: (named: Named) => void): void {
  if (typeof node !== 'object' || node === null) return;
  const named = namedBy(node as NftStatement | { readonly kind: 'reference'; readonly name: NftName });
  if (named !== undefined) visit(named);
  for (const part in node) eachNamed(node[part as keyof typeof node], visit);
}

function namedBy(node: NftStatement | { readonly kind: 'reference'; readonly name: NftName }): Named | undefined {
  switch (node.kind) {
    case 'reference':
      return { of: 'sets', key: node.name.text, name: node.name };
    case 'dynamic':
      return { of: 'sets', key: node.set.text, name: node.set };
    case 'verdict':
      return node.chain && { of: 'chains', key: node.chain.text, name: node.chain };
    case 'counter':
    case 'limit':
    case 'quota':
    case 'object': {
      const { object } = node;
      if (object?.kind !== 'value') return undefined;
      return { of: 'objects', key: `${node.kind === 'object' ? node.of : node.kind} ${object.text}`, name: object };
    }
    case 'other': {
      const name = node.verb === 'flow' ? node.says.at(-1) : undefined;
      return name && { of: 'flowtables', key: name.text.replace(/^@/, ''), name };
    }
    default:
      return undefined;
  }
}
