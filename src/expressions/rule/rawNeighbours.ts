/** Parts of a packet that a rule asks for by their place, side by side: nft loads one, and lists it by one name where it has one.
 *  nftables src/rule.c payload_try_merge() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { constantOf } from '../values/constant.ts';
import { fieldAt } from './fieldsByPlace.ts';
import { groupsIn, joinedPart, keeperOf, type PlacedMatch, runsOf, withoutBraces } from './neighbours.ts';

type Match = StatementOf<'match'>;

export function withRawJoined(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  if (!statements.some(isRaw)) return statements;
  return runsOf(statements, context).flatMap((run) => {
    const changed = new Map<number, NftStatement | undefined>();
    for (const group of groupsIn(run, context).filter(({ length }) => length > 1)) {
      const members = group.map(({ index }) => withoutBraces(run[index] as NftStatement));
      if (!members.some(isRaw)) continue;
      const protocol = members.flatMap((one) => (one.kind === 'match' && one.left.kind === 'payload' ? [one.left.protocol] : []))[0];
      for (const [at, { index, start, end }] of group.entries())
        if (protocol !== undefined) changed.set(index, inHeader(members[at] as NftStatement, { protocol, start, width: end - start }));
      if (protocol !== undefined) continue;
      const joined = joinedIn(members, group, context);
      if (joined === undefined) continue;
      for (const { index } of group) changed.set(index, undefined);
      changed.set(keeperOf(group).index, joined);
    }
    return run.flatMap((one, index) => (changed.has(index) ? (changed.get(index) ?? []) : withoutField(one)));
  });
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
  const readBits = ({ right }: Match, bits: number) => constantOf(right, { ...DATATYPES.integer, bits, prints: 'hex' }, context);
  const [first] = members;
  const joined = joinedPart(members, group, readBits);
  if (first?.kind !== 'match' || joined === undefined) return undefined;
  const { left, bits } = joined;
  return { ...first, left, right: { ...bareSpan(first), kind: 'value', form: 'number', text: `0x${bits.toString(16)}` } };
}
