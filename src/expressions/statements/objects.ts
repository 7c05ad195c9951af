/** Counters, limits and others that have a name. man nft(8), STATEFUL OBJECTS */
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';

type WithObject = StatementOf<'counter'> | StatementOf<'limit'> | StatementOf<'object'>;

export function checkObject(statement: WithObject, { objects, report }: NftRuleContext): void {
  const kind = statement.kind === 'object' ? statement.of : statement.kind;
  const { object } = statement;
  if (object !== undefined && object.kind !== 'value' && object.kind !== 'map')
    report({ kind: 'not-loadable', code: 'bad-value', message: `this is not the name of a ${kind}`, span: object });
  if (object?.kind !== 'value' || objects.has(`${kind} ${object.text}`)) return;
  report({ kind: 'not-loadable', code: 'unknown-item', message: `there is no ${kind} \`${object.text}\` in this table`, span: object });
}
