/** What the claims are judged on: one family's rules on one host in one mesh, and all its packets, each direction walked once. */
import type { Host } from '../host/host.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { ForcedState } from '../netfilter/firstState.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY, FULL } from '../symbolic/bdd.ts';
import { encode } from '../symbolic/encode.ts';
import type { Space } from '../symbolic/space.ts';
import { makeSpace } from '../symbolic/space.ts';
import { startEnv } from '../symbolic/state.ts';
import type { FateClass } from '../symbolic/traverse.ts';
import { traverseIn, traverseOut } from '../symbolic/traverse.ts';
import type { Declaration } from './declaration.ts';

export interface Scene {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly profile: MeshProfile | undefined;
  readonly declared: Declaration;
  readonly space: Space;
  /** packets that the caller wants to be looked at; everything when absent */
  readonly where: (place: Place) => Bdd;
  /** all that processes here send, by how it ends; `forced`: as packets of a connection that is there already */
  readonly out: (forced?: ForcedState) => readonly FateClass[];
  /** all that arrives on an interface */
  readonly in: (iif: string, forced?: ForcedState) => readonly FateClass[];
  /** the other family of the same pod */
  readonly twin?: Scene;
  /** which packets reach and match each rule, over all directions; for rules that never decide */
  readonly uses: () => ReadonlyMap<Rule, RuleUse>;
  /** interfaces on which packets arrive: all but lo */
  readonly arrivals: readonly string[];
}

export interface RuleUse {
  readonly reached: boolean;
  readonly matched: boolean;
}

export interface SceneOptions {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly profile?: MeshProfile;
  readonly declared: Declaration;
  /** packets to look at, as they start; see symbolic/encode.ts */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: MatchExpr };
  readonly twin?: Scene;
}

/** Where packets start: on an interface, or here. */
export interface Place {
  readonly iif?: string;
}

export function makeScene({ ruleset, host, profile, declared, where, twin }: SceneOptions): Scene {
  const space = makeSpace(ruleset.family, host);
  const arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  const uses = new Map<Rule, RuleUse>();
  const visit = (rule: Rule, _hook: string, reaching: Bdd, matching: Bdd): void => {
    const known = uses.get(rule);
    uses.set(rule, { reached: known?.reached === true || reaching > 0, matched: known?.matched === true || matching > 0 });
  };
  const walked = new Map<string, readonly FateClass[]>();
  const walk = (key: string, make: () => readonly FateClass[]): readonly FateClass[] => {
    const known = walked.get(key) ?? make();
    walked.set(key, known);
    return known;
  };
  const question = (forced: ForcedState | undefined) => ({ space, ruleset, ...(forced === undefined ? { visit } : { forced }) });
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
    out: (forced) => walk(`out ${stateText(forced)}`, () => traverseOut(question(forced))),
    in: (iif, forced) => walk(`in ${iif} ${stateText(forced)}`, () => traverseIn(question(forced), iif)),
    ...(twin === undefined ? {} : { twin }),
    uses: () => {
      scene.out();
      for (const iif of arrivals) scene.in(iif);
      return uses;
    },
    arrivals,
  };
  return scene;
}

/** The packets that a condition holds for as they are sent or arrive. */
export function packets({ space }: Scene, when: MatchExpr, place: Place = {}): Bdd {
  return encode(space, startEnv(space, { iif: place.iif, owned: place.iif === undefined }), when).may;
}

function stateText(forced: ForcedState | undefined): string {
  return forced === undefined ? 'as it is' : `${forced.state} ${forced.connmark}`;
}
