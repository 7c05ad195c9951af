/** Rules of one pod or machine, both families, against every claim. */
import type { Host } from '../host/host.ts';
import { hostOf, profileOf } from '../journey/setting.ts';
import { Budget, type BudgetLimits } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { PROFILES } from '../mesh/profiles.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family, Prefix } from '../packet/address.ts';
import { emptyRuleset } from '../ruleset/emptyRuleset.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { AcceptedRule } from './accepted.ts';
import type { SettingCauses } from './causes.ts';
import type { Claim } from './claim.ts';
import { CLAIMS } from './claims.ts';
import type { Counterpart, Other } from './counterpart.ts';
import type { Finding } from './finding.ts';
import { profileAsShown } from './identity.ts';
import { inferDeclaration } from './infer.ts';
import type { WhileInit } from './initPhase.ts';
import { judgeClaim } from './run.ts';
import type { Scene } from './scene.ts';
import { makeScene } from './scene.ts';

export interface VerifyOptions {
  /** absent: a pod, as the mesh of the rules sets it up */
  readonly host?: Host;
  /** addresses of the pod where there is no host */
  readonly podIps?: readonly Prefix[];
  /** `auto` when absent: by the chains, and by who listens on the host */
  readonly profile?: string;
  /** ids of claims; all when absent */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** only these packets are looked at */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: Readonly<Record<Family, MatchExpr>> };
  /** families to judge even without rules; those of the rules when absent */
  readonly families?: readonly Family[];
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  /** rules at which somebody has accepted that claims break */
  readonly accepted?: (ruleset: Ruleset) => readonly AcceptedRule[];
  /** of a pod: judged while its init containers run */
  readonly whileInit?: WhileInit;
  /** of a pod: how it would be captured otherwise, or why not */
  readonly counterpart?: (other: Other) => Counterpart | string;
  /** what all claims about one pod may cost together */
  readonly limits?: () => BudgetLimits;
  /** told of each claim before it is judged */
  readonly progress?: (claim: string, family: Family) => void;
}

export interface Verified {
  readonly rulesets: readonly Ruleset[];
  readonly profile: MeshProfile | undefined;
  readonly findings: readonly Finding[];
  /** what was assumed, and what was not judged */
  readonly notes: readonly string[];
  /** of a pod: what somebody wrote that breaks claims */
  readonly causes?: ReadonlyMap<Finding, SettingCauses>;
}

/** `rulesets`: at most one of each family. */
export function verifyRulesets(rulesets: readonly Ruleset[], options: VerifyOptions = {}): Verified {
  const { profile, host, notes } = settingOf(rulesets, options);
  const budget = new Budget(options.limits?.());
  const wanted = options.families ?? [...new Set(rulesets.map(({ family }) => family))];
  const judged = wanted.map((family) => rulesets.find((one) => one.family === family) ?? withoutRules(family, rulesets[0]));
  const unjudged = ([4, 6] as const).filter((family) => !wanted.includes(family));
  const scenes: Scene[] = [];
  for (const ruleset of judged.toSorted((a, b) => a.family - b.family)) {
    scenes.push(sceneOf({ ruleset, profile, host, options, budget, twin: scenes[0] }));
  }
  const claims = CLAIMS.filter((claim) => isAsked(claim, options));
  const findings = claims.flatMap((claim) => scenes.flatMap((scene) => judge(scene, claim, options)));
  return {
    rulesets: judged,
    profile,
    findings,
    notes: [
      ...notes,
      ...new Set(scenes.flatMap(({ declared }) => declared.notes)),
      ...new Set(findings.flatMap((finding) => finding.notes ?? [])),
      ...unjudged.map((family) => `no IPv${family} rules were given: IPv${family} is not judged; --family 4,6 insists on both`),
    ],
  };
}

function isAsked({ id, whileInit, byName }: Claim, { only, except, whileInit: now }: VerifyOptions): boolean {
  if (whileInit === true && now === undefined) return false;
  if (byName === true && only === undefined) return false;
  return (only?.includes(id) ?? true) && except?.includes(id) !== true;
}

/** No claim may spend more than half of what those before it have left. */
function judge(scene: Scene, claim: Claim, { progress }: VerifyOptions): readonly Finding[] {
  progress?.(claim.id, scene.ruleset.family);
  return scene.space.budget.share(1 / 2, () => judgeClaim(scene, claim));
}

interface Setting {
  readonly profile: MeshProfile | undefined;
  readonly host: Host;
  readonly notes: readonly string[];
}

function settingOf(rulesets: readonly Ruleset[], options: VerifyOptions): Setting {
  const named = options.profile ?? 'auto';
  const found = named === 'auto' ? (profileOf(rulesets) ?? listeningMesh(options.host)) : PROFILES.find(({ name }) => name === named);
  const given = options.proxyUid !== undefined || options.proxyGid !== undefined;
  const shown =
    found === undefined || options.host !== undefined || given ? { profile: found, notes: [] } : profileAsShown(found, rulesets);
  const host = options.host ?? hostOf(rulesets, shown.profile, options.podIps);
  return { profile: shown.profile, notes: shown.notes, host: shown.profile === undefined ? host : withProxy(host, shown.profile, options) };
}

/** Who the user says that the proxy is. */
function withProxy(host: Host, { process }: MeshProfile, { proxyUid, proxyGid }: VerifyOptions): Host {
  if (proxyUid === undefined && proxyGid === undefined) return host;
  const { uid, gid } = host.processes.get(process.name) ?? process;
  return { ...host, processes: new Map([...host.processes, [process.name, { uid: proxyUid ?? uid, gid: proxyGid ?? gid }]]) };
}

/** Rules without chains of a mesh on a host where its proxy listens: the pod is not enrolled. */
function listeningMesh(host: Host | undefined): MeshProfile | undefined {
  return PROFILES.find(({ process, whenTransparent, listeners }) => {
    const runs = host?.processes.get(process.name);
    const known = [process, whenTransparent?.process].some((one) => one?.uid === runs?.uid && one?.gid === runs?.gid);
    const captures = listeners.filter(({ role }) => role === 'outbound' || role === 'inbound');
    return known && captures.every(({ port }) => host?.listeners.some((one) => one.process === process.name && one.port === port));
  });
}

interface SceneInput {
  readonly budget: Budget;
  readonly ruleset: Ruleset;
  readonly profile: MeshProfile | undefined;
  readonly host: Host;
  readonly options: VerifyOptions;
  readonly twin: Scene | undefined;
}

function sceneOf({ ruleset, profile, host, options, budget, twin }: SceneInput): Scene {
  const { where, whileInit, accepted, counterpart } = options;
  return makeScene({
    ruleset,
    host,
    budget,
    declared: inferDeclaration({ ruleset, profile, host }),
    ...(profile === undefined ? {} : { profile }),
    ...(where === undefined ? {} : { where: { expr: where.expr[ruleset.family], ...(where.dir === undefined ? {} : { dir: where.dir }) } }),
    ...(twin === undefined ? {} : { twin }),
    ...(whileInit === undefined ? {} : { whileInit }),
    ...(counterpart === undefined ? {} : { counterpart: otherScene({ ruleset, profile, host, options, budget, twin }, counterpart) }),
    ...(accepted === undefined ? {} : { accepted: accepted(ruleset) }),
  });
}

/** Of the same family, made when it is asked for. */
function otherScene(
  { ruleset: { family }, profile, options, budget }: SceneInput,
  counterpart: NonNullable<VerifyOptions['counterpart']>,
): Scene['counterpart'] {
  return (other) => {
    const found = counterpart(other);
    if (typeof found === 'string') return found;
    const { rulesets, host, here, there } = found;
    const ruleset = rulesets.find((one) => one.family === family) ?? withoutRules(family, rulesets[0]);
    const { where } = options;
    return {
      scene: sceneOf({ ruleset, profile, host, budget, options: where === undefined ? {} : { where }, twin: undefined }),
      here,
      there,
    };
  };
}

/** Rules that are not there capture nothing. */
function withoutRules(family: Family, beside: Ruleset | undefined): Ruleset {
  return emptyRuleset(family, beside?.source ?? { file: 'rules', text: '' });
}
