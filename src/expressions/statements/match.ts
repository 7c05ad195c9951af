/** A condition: what an expression is compared with. man nft(8), EXPRESSIONS */
import { statement } from '../contract/statement.ts';
import { matchOf } from '../values/compare.ts';
import { partsOf } from '../values/part.ts';

export const match = statement({
  kind: 'match',
  says: [{ name: 'match' }],
  apply: (given, { context, ask, need, onlyAt }) => {
    for (const { expression } of partsOf(given.left, { ...context, report: () => {} })) {
      if (expression?.needs !== undefined) need(expression.needs);
      if (expression?.hooks !== undefined) onlyAt({ what: expression.name, hooks: expression.hooks, span: given });
    }
    ask(matchOf(given, context), given);
  },
});
