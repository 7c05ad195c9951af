/** What the claims are checked on: one family's rules on one host in one mesh, and all its packets, each direction walked once. */

import type { ChosenIdentity } from '../../connection/proxyIdentity.ts';
import type { RulesOnHost } from '../../connection/rulesOnHost.ts';
import type { Host } from '../../host/host.ts';
import { Budget, BudgetError } from '../../lib/budget.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { countRulesAndElements } from '../../ruleset/count.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { asideEnds } from '../../symbolic/connection/asideEnds.ts';
import { connectionEnds } from '../../symbolic/connection/connectionEnds.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import { makeSpace, type Space } from '../../symbolic/space/space.ts';
import { encode } from '../../symbolic/walk/encode.ts';
import { startEnv } from '../../symbolic/walk/state.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../symbolic/walk/traverse.ts';
import type { Declaration } from '../inferred/declaration.ts';
import type { Counterpart, Other, WhileInit } from './podQuestions.ts';
import type { AcceptedRule } from './suppressions.ts';
import { type Ingress, type Traffic, wayKey } from './traffic.ts';

export interface UsualProxy {
  readonly identity: ChosenIdentity;
  readonly context: () => ProofContext;
}

/** With what `here` and `there` are called. */
export interface OtherContext extends Pick<Counterpart, 'here' | 'there'> {
  readonly context: ProofContext;
}

export interface RuleReached {
  readonly reached: boolean;
  readonly matched: boolean;
}

export interface ProofContextOptions {
  readonly budget?: Budget;
  /** variables of another context of the same family and host: their sets can be compared then; absent: its own */
  readonly space?: Space;
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly profile?: MeshProfile;
  readonly declared: Declaration;
  /** packets to look at, as they start; see symbolic/encode.ts */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: MatchExpr };
  readonly otherFamily?: ProofContext;
  /** of the other family, in whatever order the two are judged */
  readonly otherRules?: Ruleset;
  readonly whileInit?: WhileInit;
  readonly counterpart?: ProofContext['counterpart'];
  readonly usual?: UsualProxy;
  readonly accepted?: readonly AcceptedRule[];
}

/** What the claims are checked on. It remembers each walk of all packets: claims share them. */
export class ProofContext implements RulesOnHost {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly profile: MeshProfile | undefined;
  readonly declared: Declaration;
  readonly space: Space;
  /** interfaces on which packets arrive: all but lo */
  readonly arrivals: readonly string[];
  readonly accepted: readonly AcceptedRule[];
  /** the other family of the same pod */
  readonly otherFamily: ProofContext | undefined;
  readonly otherRules: Ruleset | undefined;
  /** a pod while its init containers run */
  readonly whileInit: WhileInit | undefined;
  /** of a pod that is rendered: the same one captured in another way, or why there is none */
  readonly counterpart: ((other: Other) => OtherContext | string) | undefined;
  /** where the proxy was taken from the rules: what they do to the usual one */
  readonly usual: UsualProxy | undefined;
  readonly #where: ProofContextOptions['where'];
  readonly #options: ProofContextOptions;
  readonly #walks = new Map<string, readonly FateClass[] | BudgetError>();
  readonly #connections = new Map<string, readonly ConnectionEnd[] | BudgetError>();
  readonly #uses = new Map<Rule, RuleReached>();
  /** of each walk: what matches the accepted rules */
  readonly #matches = new Map<string, Map<Rule, Bdd[]>>();

  constructor(options: ProofContextOptions) {
    const { ruleset, host, profile, declared, budget = options.space?.budget ?? new Budget() } = options;
    budget.admit(ruleset, countRulesAndElements(ruleset));
    this.ruleset = ruleset;
    this.host = host;
    this.profile = profile;
    this.declared = declared;
    this.space = options.space ?? makeSpace(ruleset.family, host, budget);
    this.arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
    this.accepted = options.accepted ?? [];
    [this.otherFamily, this.otherRules] = [options.otherFamily, options.otherRules];
    this.whileInit = options.whileInit;
    this.counterpart = options.counterpart;
    this.usual = options.usual;
    this.#where = options.where;
    this.#options = options;
  }

  /** The same rules on another host. */
  on(host: Host): ProofContext {
    const { space: _, ...options } = this.#options;
    return new ProofContext({ ...options, budget: this.space.budget, host });
  }

  /** Packets that the caller wants to be looked at; all by default. */
  where(place: Ingress): Bdd {
    const asked = this.#where;
    if (asked === undefined) return FULL;
    if (asked.dir !== undefined && asked.dir !== (place.iif === undefined ? 'out' : 'in')) return EMPTY;
    return packetsWhere(this, asked.expr, place);
  }

  /** The caller named a set of packets. */
  get isNarrowed(): boolean {
    return this.#where !== undefined;
  }

  /** The caller named a set, and no packet of it can be there. */
  get asksNothing(): boolean {
    return this.isNarrowed && [{}, ...this.arrivals.map((iif) => ({ iif }))].every((place) => this.where(place) === EMPTY);
  }

  /** All that processes here send, by how it ends; `forced`: as packets of a connection that is there already. */
  out(forced?: ForcedState): readonly FateClass[] {
    const key = wayKey({ dir: 'out', ...(forced && { forced }) });
    return this.#walk(key, () => traverseOut(this.#question(key, forced)));
  }

  /** All that arrives on an interface. */
  in(iif: string, forced?: ForcedState): readonly FateClass[] {
    const key = wayKey({ dir: 'in', iif, ...(forced && { forced }) });
    return this.#walk(key, () => traverseIn(this.#question(key, forced), iif));
  }

  /** A walk of all packets was too hard. */
  get isHard(): boolean {
    return [...this.#walks.values()].some((known) => known instanceof BudgetError);
  }

  /** What the kernel discards even where there is no rule: sent, or arriving on an interface. */
  lostWithoutRules({ iif }: Ingress): Bdd {
    const { space, ruleset } = this;
    const bare = { space, ruleset: emptyRuleset(ruleset.family, ruleset.source) };
    const ends = this.#walk(`bare ${iif ?? ''}`, () => (iif === undefined ? traverseOut(bare) : traverseIn(bare, iif)));
    return space.manager.any(ends.flatMap(({ fate, set }) => (fate.kind === 'lost' ? [set] : [])));
  }

  /** What becomes of the connections that packets open. */
  connections(place: Ingress): readonly ConnectionEnd[] {
    const { space, ruleset } = this;
    const { iif } = place;
    return this.#remember(this.#connections, wayKey({ dir: iif === undefined ? 'out' : 'in', ...place }), () =>
      connectionEnds({ space, ruleset, iif }, iif === undefined ? this.out() : this.in(iif)),
    );
  }

  /** What becomes of closing packets and ICMP errors of those that complete; `bare`: with no rule at all. */
  asides(place: Ingress, bare = false): readonly ConnectionEnd[] {
    const { space } = this;
    const { iif } = place;
    const ruleset = bare ? emptyRuleset(space.family, this.ruleset.source) : this.ruleset;
    const opened = () => (bare ? this.connectionsWithoutRules(place) : this.connections(place));
    return this.#remember(this.#connections, `asides ${bare} ${iif ?? ''}`, () => asideEnds({ space, ruleset, iif }, opened()));
  }

  /** The same with no rule at all. Some connections do not complete even then: no route leads back, for instance. */
  connectionsWithoutRules({ iif }: Ingress): readonly ConnectionEnd[] {
    const { space, ruleset } = this;
    const bare = { space, ruleset: emptyRuleset(ruleset.family, ruleset.source), iif };
    return this.#remember(this.#connections, `bare ${iif ?? ''}`, () =>
      connectionEnds(bare, iif === undefined ? traverseOut(bare) : traverseIn(bare, iif)),
    );
  }

  /** Which packets reach and match each rule, over all directions; for rules that never decide. */
  uses(): ReadonlyMap<Rule, RuleReached> {
    this.out();
    for (const iif of this.arrivals) this.in(iif);
    return this.#uses;
  }

  /** Packets, as they start, that match a rule on their way. */
  matched(rule: Rule, way: Traffic): Bdd {
    if (way.dir === 'out') this.out(way.forced);
    else this.in(way.iif ?? '', way.forced);
    return this.space.manager.any(this.#matches.get(wayKey(way))?.get(rule) ?? []);
  }

  #walk(key: string, make: () => readonly FateClass[]): readonly FateClass[] {
    return this.#remember(this.#walks, key, make);
  }

  #remember<T>(store: Map<string, T | BudgetError>, key: string, make: () => T): T {
    const known = store.get(key) ?? orBudgetError(make);
    store.set(key, known);
    // what was too hard for one claim is not tried again for the next
    if (known instanceof BudgetError) throw known;
    return known;
  }

  #question(key: string, forced: ForcedState | undefined): Parameters<typeof traverseOut>[0] {
    const { space, ruleset } = this;
    const own = new Map<Rule, Bdd[]>();
    this.#matches.set(key, own);
    const visit: NonNullable<Parameters<typeof traverseOut>[0]['visit']> = (rule, _hook, reaching, matching) => {
      if (forced === undefined) this.#visited(rule, reaching, matching);
      if (matching === EMPTY) return;
      const known = own.get(rule);
      if (known === undefined) own.set(rule, [matching]);
      else known.push(matching);
    };
    return { space, ruleset, ...(forced !== undefined && { forced }), visit };
  }

  #visited(rule: Rule, reaching: Bdd, matching: Bdd): void {
    const { reached = false, matched = false } = this.#uses.get(rule) ?? {};
    this.#uses.set(rule, { reached: reached || reaching > 0, matched: matched || matching > 0 });
  }
}

/** The packets that a condition holds for as they are sent or arrive. */
export function packetsWhere({ space }: ProofContext, when: MatchExpr, place: Ingress = {}): Bdd {
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
