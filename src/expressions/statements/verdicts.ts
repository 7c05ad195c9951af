/** accept, drop, jump and others, and maps that choose one. man nft(8), VERDICT STATEMENT and VERDICT MAP STATEMENT
 *  kernel net/netfilter/nft_lookup.c: without an element for the packet the rule is left */
import type { Effect } from '../../netfilter/effect.ts';
import { NEVER, unmodelled } from '../../netfilter/matchExpr.ts';
import type { NftVerdict } from '../../syntax/nft/ast.ts';
import type { Building } from '../contract/building.ts';
import { statement } from '../contract/statement.ts';
import { ElementBranch } from '../values/elementBranch.ts';
import { eachElement, hasKey } from '../values/keyed.ts';
import { refuseMovedKey } from '../values/movedKey.ts';
import { keyParts } from '../values/part.ts';
import { elementsOf } from '../values/rows.ts';

export const verdict = statement({
  kind: 'verdict',
  says: ['accept', 'drop', 'continue', 'return', 'jump', 'goto'].map((name) => ({ name })),
  apply: (given, building) => building.act(...effectOf(given, building)),
});

function effectOf(given: NftVerdict, { chainOf, jumpTo }: Building): readonly Effect[] {
  switch (given.verdict) {
    case 'continue':
      return [];
    case 'jump':
    case 'goto': {
      const chain = chainOf(given);
      jumpTo({ chain, span: given.chain ?? given });
      return [{ kind: given.verdict, chain }];
    }
    default:
      return [{ kind: given.verdict }];
  }
}

export const vmap = statement({
  kind: 'vmap',
  says: [{ name: 'vmap' }],
  apply: (given, building) => {
    const { context, ask, act } = building;
    const parts = keyParts(given.key, context);
    const types = parts.map(({ type }) => type);
    refuseMovedKey(parts, given.to, context);
    const elements = elementsOf(given.to, { types, wanted: 'verdicts' }, context);
    ask(hasKey(parts), given);
    if (elements?.rows === undefined) return ask(unmodelled('elements that are known only where the rules are loaded'), given.to);
    if (elements.changed) return ask(unmodelled('a verdict map that packets change'), given.to);
    const branches = eachElement(parts, elements, `${context.ruleId}@${given.start}`).map(({ row, match }) => {
      const { value } = row.element;
      const effects = value?.kind === 'verdict' ? effectOf(value, building) : [];
      return new ElementBranch({ element: row.element, keys: types, context }, match, effects);
    });
    if (branches.length === 0) return ask(NEVER, given);
    act({ kind: 'switch', branches });
  },
});
