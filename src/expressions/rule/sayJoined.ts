/** Matches that nft 1.0.6 joins to one comparison, where the one means something else than each by itself. It joins those of neighbours in a
 *  header that ask for one value with `==`, or all with `!=`. nftables src/rule.c payload_try_merge() */
import type { NftRuleNode } from '../../syntax/nft/ast.ts';
import { printNftStatement } from '../../syntax/nft/printStatement.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { keyPart } from '../values/part.ts';
import { type JoinedMatches, joinedMatches, toJoin } from './adjacent.ts';
import { canonicalMatch } from './canonicalMatch.ts';
import { etherTypes } from './etherTypes.ts';
import { withFamilies } from './families.ts';
import { withFieldNames } from './named.ts';

type Match = StatementOf<'match'>;

export function sayJoined({ statements }: NftRuleNode, context: NftRuleContext): void {
  const plain = toJoin(statements, context);
  if (plain === undefined) return;
  const silent: NftRuleContext = { ...context, report: () => {} };
  const told = withFieldNames(withFamilies(plain, silent), silent);
  const { withTypes, askedFor } = etherTypes(told, silent);
  for (const joined of joinedMatches(withTypes(told), silent)) sayOf({ ...joined, members: joined.members.map(askedFor) }, context);
}

function sayOf({ members, crosses }: JoinedMatches, context: NftRuleContext): void {
  const parts = members.toSorted((a, b) => a.start - b.start);
  const matches = parts.filter((one): one is Match => one.kind === 'match');
  const [first, last] = [matches[0] as Match, matches.at(-1) as Match];
  const say = (means: string, help: string): void => {
    const all = parts.map((one) => `\`${printNftStatement(one)}\``).join(' and ');
    const message = `nft 1.0.6 loads ${all} as one comparison, ${means}: other versions ask each by itself`;
    context.report({ kind: 'warning', code: 'refused-clause', message, span: spanOver(parts[0] ?? first, parts.at(-1) ?? last), help });
  };
  const silent: NftRuleContext = { ...context, report: () => {} };
  const flags = matches.find(({ op, left }) => op === undefined && keyPart(left, silent).type.flags === true);
  if (first.op === '!=') {
    const apart = { ...last, right: { ...last.right, kind: 'range', lo: last.right, hi: last.right } } as const;
    say('which holds where any of them does', `write \`${printNftStatement(canonicalMatch(apart, silent))}\`, which nft does not join`);
  } else if (flags !== undefined) {
    const { left, right } = flags;
    const apart = { ...flags, op: '!=', left: { ...left, kind: 'binary', op: '&', left, right }, right: ZERO } as const;
    say('which holds where no other flag is set', `write \`${printNftStatement(apart)}\`, which nft does not join`);
  } else if (crosses) say('so that what is done between them is done for all or none of them', 'write all matches before what is done');
}

const ZERO = { start: 0, end: 0, kind: 'value', form: 'number', text: '0' } as const;

function spanOver(first: Span, last: Span): Span {
  return { start: first.start, end: last.end };
}
