/** A condition: what an expression is compared with. man nft(8), EXPRESSIONS */
import { statement } from '../contract/statement.ts';
import { comparisonOf } from '../values/compare.ts';

export const comparison = statement({
  kind: 'match',
  says: [{ name: 'match' }],
  apply: (given, { context, ask }) => ask(comparisonOf(given, context), given),
});
