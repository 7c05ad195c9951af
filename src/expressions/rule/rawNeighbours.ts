/** Parts of a packet that a rule asks for by their place, side by side: nft loads one, and lists it by one name where it has one.
 *  nftables src/rule.c payload_try_merge() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { constantOf } from '../values/constant.ts';
import { keyPart } from '../values/part.ts';
import { fieldAt } from './fieldsByPlace.ts';
import { implicationOf } from './implication.ts';
import { groupsIn, joinedPart, keeperOf, type PlacedMatch, runsOf, withoutBraces } from './neighbours.ts';

type Match = StatementOf<'match'>;

export function withRawJoined(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  if (!statements.some(isUnnamed)) return statements;
  const done: NftStatement[] = [];
  for (const run of runsOf(statements, context)) {
    const changed = new Map<number, readonly NftStatement[]>();
    for (const group of groupsIn(run, context).filter(({ length }) => length > 1)) {
      const members = group.map(({ index }) => withoutBraces(run[index] as NftStatement));
      const [first] = members;
      if (first === undefined || !members.some(isUnnamed)) continue;
      const joined = isUnnamed(first) ? joinedIn(members, group, context) : undefined;
      const keeper = keeperOf(group).index;
      for (const [at, { index, start, end }] of group.entries()) {
        const member = members[at] as NftStatement;
        if (joined !== undefined) {
          const asked = implicationOf(member, [...done, ...run.slice(0, index)], context);
          changed.set(index, index === keeper ? [...asked, joined] : asked);
        } else if (first.kind === 'match' && first.left.kind === 'payload')
          changed.set(index, [inHeader(member, { protocol: first.left.protocol, start, width: end - start })]);
      }
    }
    done.push(...run.flatMap((one, index) => changed.get(index) ?? [withoutField(one)]));
  }
  return done;
}

/** One value is told as bits, whatever the field is. */
function withoutField(statement: NftStatement): NftStatement {
  if (statement.kind !== 'match' || statement.left.kind !== 'raw' || statement.right.kind !== 'value') return statement;
  const { field: _, ...left } = statement.left;
  return { ...statement, left };
}

function isRaw(statement: NftStatement): boolean {
  return statement.kind === 'match' && statement.left.kind === 'raw';
}

/** A port of no protocol is a part by its place, too. Where the first of neighbours has no protocol, none of them has a name. */
function isUnnamed(statement: NftStatement): boolean {
  return isRaw(statement) || (statement.kind === 'match' && statement.left.kind === 'payload' && statement.left.protocol === 'th');
}

interface InHeader {
  readonly protocol: string;
  readonly start: number;
  readonly width: number;
}

/** Beside a field of a header it is one too. */
function inHeader(statement: NftStatement, { protocol, start, width }: InHeader): NftStatement {
  const field = fieldAt(protocol, { base: '', start, width });
  if (statement.kind !== 'match' || statement.left.kind !== 'raw' || field === undefined) return statement;
  const { left } = statement;
  return { ...statement, left: { start: left.start, end: left.end, kind: 'payload', protocol, field } };
}

function joinedIn(members: readonly NftStatement[], group: readonly PlacedMatch[], context: NftRuleContext): Match | undefined {
  const readBits = ({ left, right }: Match, bits: number) =>
    constantOf(right, left.kind === 'payload' ? keyPart(left, context).type : { ...DATATYPES.integer, bits, prints: 'hex' }, context);
  const [first] = members;
  const joined = joinedPart(members, group, readBits);
  if (first?.kind !== 'match' || joined === undefined) return undefined;
  const { left, bits } = joined;
  return { ...first, left, right: { ...bareSpan(first), kind: 'value', form: 'number', text: `0x${bits.toString(16)}` } };
}
