/** What the claims are judged on: one family's rules on one host in one mesh, and all its packets, each direction walked once. */
import type { Host } from '../host/host.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { FULL } from '../symbolic/bdd.ts';
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
  readonly where: Bdd;
  /** all that processes here send, by how it ends */
  readonly out: () => readonly FateClass[];
  /** all that arrives on an interface */
  readonly in: (iif: string) => readonly FateClass[];
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
  /** conditions on packets as they start; see symbolic/encode.ts */
  readonly where?: MatchExpr;
}

export function makeScene({ ruleset, host, profile, declared, where }: SceneOptions): Scene {
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
  const scene: Scene = {
    ruleset,
    host,
    profile,
    declared,
    space,
    where: where === undefined ? FULL : encode(space, startEnv(space, { iif: undefined, owned: true }), where).may,
    out: () => walk('out', () => traverseOut({ space, ruleset, visit })),
    in: (iif) => walk(`in ${iif}`, () => traverseIn({ space, ruleset, visit }, iif)),
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
export function packets({ space }: Scene, when: MatchExpr, place: { readonly iif?: string } = {}): Bdd {
  return encode(space, startEnv(space, { iif: place.iif, owned: place.iif === undefined }), when).may;
}
