/** Rules of others that come before the mesh's jump and take away what the mesh would capture. source: istio#29518 */

import { callsIn, does, isIdleRule, lastEffect } from '../../netfilter/everyEffect.ts';
import { asksOnly, pointsOf, shapeOf } from '../../ruleset/ruleShape.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import { baseIn, isBase } from '../../ruleset/stages.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Space } from '../../symbolic/space/space.ts';
import { inOwnSpace } from '../../symbolic/space/space.ts';
import { anyStates } from '../../symbolic/walk/anyState.ts';
import type { PacketClass } from '../../symbolic/walk/state.ts';
import { whatDecided } from '../../symbolic/walk/state.ts';
import type { TableResult } from '../../symbolic/walk/tableWalk.ts';
import { walkAlone } from '../../symbolic/walk/usedRules.ts';
import { without } from '../deadRules/deadRulesRedundant.ts';
import { asksInvalid } from '../inferred/infer.ts';
import type { Claim } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { blaming } from './ofRules.ts';

export const jumpBeforeForeign: Claim = {
  id: 'jump-before-foreign',
  level: 'warning',
  statement: "No rule before the mesh's jump decides about packets that the mesh would otherwise capture.",
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const found = [...context.ruleset.tables.values()].flatMap((table) =>
      foreignBefore(context, table).map((rule) => ({ rule, answer: takesAway(context, table, rule) })),
    );
    const rules = (wanted: Answer): readonly Rule[] => found.flatMap(({ rule, answer }) => (answer === wanted ? [rule] : []));
    const why = ({ chain }: Rule): string =>
      `comes before the jump of the mesh in ${chain} and decides about packets that it would capture`;
    const open = rules('perhaps');
    return {
      ...blaming(rules('yes').map((rule) => ({ rule, why: why(rule) }))),
      doubts:
        open.length === 0 ? [] : [{ set: EMPTY, rules: open, why: 'what is not modelled may keep packets from the jump of the mesh' }],
    };
  },
};

type Answer = 'yes' | 'perhaps' | 'no';

/** By the first word of the chains that the mesh is recognised by: `ISTIO_`, `istio-`, `CONSUL_`. */
function isOfMesh({ profile, ruleset }: ProofContext, chain: string): boolean {
  const names = [...ruleset.tables.values()].flatMap(({ chains }) => [...chains.keys()]);
  const words = names.filter((name) => profile?.chains.test(name)).map((name) => name.slice(0, name.search(/[_-]/) + 1));
  return words.some((word) => chain.startsWith(word));
}

/** Rules of base chains before the first that calls a chain of the mesh. */
function foreignBefore(context: ProofContext, table: Table): readonly Rule[] {
  return [...table.chains.values()].flatMap(({ base, rules }) => {
    const calls = (rule: Rule): boolean => callsIn(rule).some(({ chain }) => isOfMesh(context, chain));
    const first = base === undefined ? -1 : rules.findIndex(calls);
    return rules.slice(0, Math.max(0, first)).filter((rule) => !isIdleRule(rule) && !isDeclared(context, rule));
  });
}

/** What the mesh itself writes there: its settings, also by interface; up to Istio 1.24, the DROP of INVALID packets. */
function isDeclared({ declared: { settings, excludedInterfaces, virtualInterfaces } }: ProofContext, rule: Rule): boolean {
  const shape = shapeOf(rule);
  if (lastEffect(rule).kind === 'drop' && asksInvalid(shape)) return true;
  const nics = [...pointsOf<string>([shape], 'iif'), ...pointsOf<string>([shape], 'oif')];
  // for lo a setting is a mistake
  if (nics.includes('lo')) return false;
  if (settings.has(rule)) return true;
  const known = [...excludedInterfaces, ...virtualInterfaces];
  return (
    lastEffect(rule).kind === 'return' && (asksOnly(shape, 'iif') || asksOnly(shape, 'oif')) && nics.every((nic) => known.includes(nic))
  );
}

/** Some packet is captured without the rule, and with it is not, or need not be. */
function takesAway(context: ProofContext, table: Table, rule: Rule): Answer {
  const { ruleset, host, space: own } = context;
  return inOwnSpace(ruleset.family, { host, budget: own.budget }, (space) => takesAwayIn(space, context, { table, rule }));
}

interface Foreign {
  readonly table: Table;
  readonly rule: Rule;
}

function takesAwayIn(space: Space, context: ProofContext, { table, rule }: Foreign): Answer {
  const { manager } = space;
  const base = table.chains.get(rule.chain);
  if (base === undefined || !isBase(base)) return 'no';
  const answers = anyStates(
    space,
    table,
  )(base.base.hook).map((one): Answer => {
    let taken: Bdd = EMPTY;
    const visit = (seen: Rule, _: Bdd, matching: Bdd): void => {
      if (seen === rule) taken = manager.or(taken, matching);
    };
    walkAlone({ space, table, base, visit }, [one]);
    if (taken === EMPTY) return 'no';
    const left = (inTable: Table): Left =>
      notCaptured(context, space, walkAlone({ space, table: inTable, base: baseIn(inTable, base) }, [{ ...one, set: taken }]));
    const [before, after] = [left(without(table, rule)), left(table)];
    if (manager.minus(after.surely, before.perhaps) !== EMPTY) return 'yes';
    return manager.minus(after.perhaps, before.surely) === EMPTY ? 'no' : 'perhaps';
  });
  return answers.find((answer) => answer === 'yes') ?? answers.find((answer) => answer === 'perhaps') ?? 'no';
}

/** Packets that may end without being captured; `perhaps`: if what is not modelled allows it. */
interface Left {
  readonly surely: Bdd;
  readonly perhaps: Bdd;
}

function notCaptured(context: ProofContext, { manager }: Space, { accepted, ended }: TableResult): Left {
  const others = accepted.filter(({ decided }) => decided === undefined || !isOfMesh(context, decided.chain) || !isCapture(decided));
  const all = [...others, ...ended];
  const isModelled = (one: PacketClass): boolean =>
    whatDecided(one)?.kind !== 'unmodelled' && one.doubts.every(({ why }) => why !== 'unmodelled');
  return { surely: manager.any(all.filter(isModelled).map(({ set }) => set)), perhaps: manager.any(all.map(({ set }) => set)) };
}

function isCapture(rule: Rule): boolean {
  return does(rule, 'nat', 'divert');
}
