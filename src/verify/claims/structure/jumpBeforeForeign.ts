/** Rules of others that stand before the mesh's jump and take away what the mesh would capture. source: istio#29518 */
import type { Rule, Table } from '../../../ruleset/ruleset.ts';
import { anyStates } from '../../../symbolic/anyState.ts';
import type { Bdd } from '../../../symbolic/bdd.ts';
import { EMPTY } from '../../../symbolic/bdd.ts';
import { makeSpace } from '../../../symbolic/space.ts';
import { walkAlone } from '../../../symbolic/uses.ts';
import type { Claim } from '../../claim.ts';
import { without } from '../../deadRulesRedundant.ts';
import type { Scene } from '../../scene.ts';
import { blaming } from './rules.ts';

export const jumpBeforeForeign: Claim = {
  id: 'jump-before-foreign',
  level: 'warning',
  statement: "No rule before the mesh's jump decides about packets that the mesh would otherwise capture.",
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (scene) =>
    blaming(
      [...scene.ruleset.tables.values()].flatMap((table) =>
        foreignBefore(scene, table).flatMap((rule) => {
          if (!takesAway(scene, table, rule)) return [];
          return [{ rule, why: `stands before the jump of the mesh in ${rule.chain} and decides about packets that it would capture` }];
        }),
      ),
    ),
};

/** By the first word of the chains that the mesh is recognised by: `ISTIO_`, `CONSUL_`. */
function isOfMesh({ profile, ruleset }: Scene, chain: string): boolean {
  const names = [...ruleset.tables.values()].flatMap(({ chains }) => [...chains.keys()]);
  const words = names.filter((name) => profile?.chains.test(name)).map((name) => name.slice(0, name.indexOf('_') + 1));
  return words.some((word) => chain.startsWith(word));
}

/** Rules of base chains before the first that calls a chain of the mesh. */
function foreignBefore(scene: Scene, table: Table): readonly Rule[] {
  return [...table.chains.values()].flatMap(({ hook, rules }) => {
    const calls = ({ effect }: Rule): boolean => (effect.kind === 'jump' || effect.kind === 'goto') && isOfMesh(scene, effect.chain);
    const first = hook === undefined ? -1 : rules.findIndex(calls);
    return rules.slice(0, Math.max(0, first)).filter(({ effect }) => effect.kind !== 'continue');
  });
}

/** Some packet is captured without the rule and not with it. */
function takesAway(scene: Scene, table: Table, rule: Rule): boolean {
  const space = makeSpace(scene.ruleset.family, scene.host);
  const hook = table.chains.get(rule.chain)?.hook;
  if (hook === undefined) return false;
  return anyStates(
    space,
    table,
  )(hook).some((one) => {
    let taken: Bdd = EMPTY;
    const visit = (seen: Rule, _: Bdd, matching: Bdd): void => {
      if (seen === rule) taken = space.manager.or(taken, matching);
    };
    walkAlone({ space, table, hook, visit }, [one]);
    const captured = (inTable: Table): Bdd => {
      const { accepted } = walkAlone({ space, table: inTable, hook }, [{ ...one, set: taken }]);
      const mine = accepted.filter(({ decided }) => decided !== undefined && isOfMesh(scene, decided.chain) && isCapture(decided));
      return space.manager.any(mine.map(({ set }) => set));
    };
    return taken !== EMPTY && space.manager.minus(captured(without(table, rule)), captured(table)) !== EMPTY;
  });
}

function isCapture({ effect }: Rule): boolean {
  return effect.kind === 'nat' || effect.kind === 'divert';
}
