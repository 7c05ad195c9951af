/** A condition: what an expression is compared with. man nft(8), EXPRESSIONS */
import { statement } from '../contract/statement.ts';
import { matchOf } from '../values/compare.ts';

export const match = statement({
  kind: 'match',
  says: [{ name: 'match' }],
  apply: (given, { context, ask }) => ask(matchOf(given, context), given),
});
