/** What the claims are judged on: one family's rules on one host in one mesh, and all its packets, each direction walked once. */

import type { ChosenIdentity } from '../../connection/proxyIdentity.ts';
import type { RulesOnHost } from '../../connection/rulesOnHost.ts';
import type { Host } from '../../host/host.ts';
import { Budget, BudgetError } from '../../lib/budget.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { type ForcedState, forcedKey } from '../../netfilter/firstState.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { countRules } from '../../ruleset/count.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import { makeSpace } from '../../symbolic/space/space.ts';
import { encode } from '../../symbolic/walk/encode.ts';
import { startEnv } from '../../symbolic/walk/state.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../symbolic/walk/traverse.ts';
import type { Declaration } from '../inferred/declaration.ts';
import type { Counterpart, Other, WhileInit } from './podQuestions.ts';
import type { AcceptedRule } from './suppressions.ts';

export interface Scene extends RulesOnHost {
  readonly declared: Declaration;
  /** packets that the caller wants to be looked at; everything when absent */
  readonly where: (place: Place) => Bdd;
  /** all that processes here send, by how it ends; `forced`: as packets of a connection that is there already */
  readonly out: (forced?: ForcedState) => readonly FateClass[];
  /** what the kernel discards even where there is no rule: sent, or arriving on an interface */
  readonly lostWithoutRules: (place: Place) => Bdd;
  /** all that arrives on an interface */
  readonly in: (iif: string, forced?: ForcedState) => readonly FateClass[];
  /** the other family of the same pod */
  readonly twin?: Scene;
  /** which packets reach and match each rule, over all directions; for rules that never decide */
  readonly uses: () => ReadonlyMap<Rule, RuleUse>;
  /** a pod while its init containers run */
  readonly whileInit?: WhileInit;
  /** of a pod that is rendered: the same one captured otherwise, or why there is none */
  readonly counterpart?: (other: Other) => OtherScene | string;
  /** where the proxy was taken from the rules: what they do to the usual one */
  readonly usual?: UsualProxy;
  /** interfaces on which packets arrive: all but lo */
  readonly arrivals: readonly string[];
  readonly accepted: readonly AcceptedRule[];
  /** packets, as they start, that match an accepted rule on their way */
  readonly matched: (rule: Rule, way: Way) => Bdd;
}

export interface UsualProxy {
  readonly identity: ChosenIdentity;
  readonly scene: () => Scene;
}

/** With what `here` and `there` are called. */
export interface OtherScene extends Pick<Counterpart, 'here' | 'there'> {
  readonly scene: Scene;
}

/** Which packets are walked: those that are sent, or that arrive on an interface. */
export interface Way extends Place {
  readonly dir: 'in' | 'out';
  readonly forced?: ForcedState;
}

export interface RuleUse {
  readonly reached: boolean;
  readonly matched: boolean;
}

export interface SceneOptions {
  readonly budget?: Budget;
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly profile?: MeshProfile;
  readonly declared: Declaration;
  /** packets to look at, as they start; see symbolic/encode.ts */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: MatchExpr };
  readonly twin?: Scene;
  readonly whileInit?: WhileInit;
  readonly counterpart?: Scene['counterpart'];
  readonly usual?: UsualProxy;
  readonly accepted?: readonly AcceptedRule[];
}

/** Where packets start: on an interface, or here. */
export interface Place {
  readonly iif?: string;
}

export function makeScene({
  ruleset,
  host,
  profile,
  declared,
  where,
  twin,
  whileInit,
  counterpart,
  usual,
  accepted = [],
  budget = new Budget(),
}: SceneOptions): Scene {
  budget.admit(ruleset, countRules(ruleset));
  const space = makeSpace(ruleset.family, host, budget);
  const arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  const uses = new Map<Rule, RuleUse>();
  const visit = (rule: Rule, _hook: string, reaching: Bdd, matching: Bdd): void => {
    const known = uses.get(rule);
    uses.set(rule, { reached: known?.reached === true || reaching > 0, matched: known?.matched === true || matching > 0 });
  };
  const walked = new Map<string, readonly FateClass[] | BudgetError>();
  const walk = (key: string, make: () => readonly FateClass[]): readonly FateClass[] => {
    const known = walked.get(key) ?? orBudgetError(make);
    walked.set(key, known);
    // what was too hard for one claim is not tried again for the next
    if (known instanceof BudgetError) throw known;
    return known;
  };
  const marked = new Set(accepted.map(({ rule }) => rule));
  const matches = new Map<string, Map<Rule, Bdd>>();
  const question = (key: string, forced: ForcedState | undefined) => {
    const own = new Map<Rule, Bdd>();
    matches.set(key, own);
    const mark = (rule: Rule, matching: Bdd): void => {
      if (marked.has(rule)) own.set(rule, space.manager.or(own.get(rule) ?? EMPTY, matching));
    };
    const told: typeof visit = (rule, hook, reaching, matching) => {
      if (forced === undefined) visit(rule, hook, reaching, matching);
      mark(rule, matching);
    };
    return {
      space,
      ruleset,
      ...(forced === undefined ? {} : { forced }),
      ...(forced === undefined || marked.size > 0 ? { visit: told } : {}),
    };
  };
  const scene: Scene = {
    ruleset,
    host,
    profile,
    declared,
    space,
    where: (place) => {
      if (where === undefined) return FULL;
      if (where.dir !== undefined && where.dir !== (place.iif === undefined ? 'out' : 'in')) return EMPTY;
      return packets(scene, where.expr, place);
    },
    out: (forced) => {
      const key = wayKey({ dir: 'out', ...(forced && { forced }) });
      return walk(key, () => traverseOut(question(key, forced)));
    },
    in: (iif, forced) => {
      const key = wayKey({ dir: 'in', iif, ...(forced && { forced }) });
      return walk(key, () => traverseIn(question(key, forced), iif));
    },
    lostWithoutRules: ({ iif }) => {
      const bare = { space, ruleset: emptyRuleset(ruleset.family, ruleset.source) };
      const ends = walk(`bare ${iif ?? ''}`, () => (iif === undefined ? traverseOut(bare) : traverseIn(bare, iif)));
      return space.manager.any(ends.flatMap(({ fate, set }) => (fate.kind === 'lost' ? [set] : [])));
    },
    ...(twin === undefined ? {} : { twin }),
    ...(whileInit === undefined ? {} : { whileInit }),
    ...(counterpart === undefined ? {} : { counterpart }),
    ...(usual === undefined ? {} : { usual }),
    uses: () => {
      scene.out();
      for (const iif of arrivals) scene.in(iif);
      return uses;
    },
    arrivals,
    accepted,
    matched: (rule, way) => {
      if (way.dir === 'out') scene.out(way.forced);
      else scene.in(way.iif ?? '', way.forced);
      return matches.get(wayKey(way))?.get(rule) ?? EMPTY;
    },
  };
  return scene;
}

/** The packets that a condition holds for as they are sent or arrive. */
export function packets({ space }: Scene, when: MatchExpr, place: Place = {}): Bdd {
  return encode(space, startEnv(space, { iif: place.iif, owned: place.iif === undefined }), when).may;
}

function orBudgetError<T>(make: () => T): T | BudgetError {
  try {
    return make();
  } catch (error) {
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

function wayKey({ dir, iif, forced }: Way): string {
  return `${dir} ${dir === 'in' ? (iif ?? '') : ''} ${forcedKey(forced)}`;
}
