/** accept, drop, jump and others, and maps that choose one. man nft(8), VERDICT STATEMENT and VERDICT MAP STATEMENT
 *  kernel net/netfilter/nft_lookup.c: without an element for the packet the rule is left */
import type { Effect } from '../../netfilter/effect.ts';
import { isCall } from '../../netfilter/everyEffect.ts';
import { NEVER, unmodelled } from '../../netfilter/matchExpr.ts';
import type { NftElement, NftVerdict } from '../../syntax/nft/ast.ts';
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

/** Elements with one verdict have one list of effects: maps of 100,000 elements have some hundreds of chains, and 8 MB less so. */
function effectsOfVerdicts(building: Building): (value: NftElement['value']) => readonly Effect[] {
  const known = new Map<string, readonly Effect[]>();
  return (value) => {
    if (value?.kind !== 'verdict') return NO_EFFECTS;
    // every element says where it leads
    const made = effectOf(value, building);
    const name = effectName(made);
    const effects = known.get(name) ?? made;
    known.set(name, effects);
    return effects;
  };
}

const NO_EFFECTS: readonly Effect[] = [];

function effectName([effect]: readonly Effect[]): string {
  if (effect === undefined) return '';
  return isCall(effect) ? `${effect.kind} ${effect.chain}` : effect.kind;
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
    const map = { keys: types, context };
    const effectsOf = effectsOfVerdicts(building);
    const branches = eachElement(parts, elements, `${context.ruleId}@${given.start}`).map(
      ({ row: { element }, match }) => new ElementBranch({ element, map }, match, effectsOf(element.value)),
    );
    if (branches.length === 0) return ask(NEVER, given);
    act({ kind: 'switch', branches });
  },
});
