/** Pods of Kubernetes manifests, for the library: pure functions of texts. They need the package `yaml`, and run in a browser, too. */

import type { HostDescription } from '../../host/hostDescription.ts';
import type { Approach } from '../../injection/facts/approach.ts';
import { POD_CLAIMS, type PodClaimId } from '../../injection/podChecks/podClaimId.ts';
import { atAddresses } from '../../injection/podRules/podAddresses.ts';
import { podHost } from '../../injection/podRules/podHost.ts';
import { type PodWorld, readWorld } from '../../injection/world/world.ts';
import type { Rendered } from '../../istio/render/render.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { MeshName } from '../../mesh/names.ts';
import type { Family } from '../../packet/address.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import { type PodScene, scenesOf } from '../../pods/scenes.ts';
import { verifyScenes } from '../../pods/verifyPods.ts';
import { type ClaimId, RULE_CLAIMS } from '../../prove/proof/claimId.ts';
import { type PodJson, toEnrolReport } from '../../report/json/enrol.ts';
import { toVerifyPodsReport, type VerifyPodsReport } from '../../report/json/verifyPods.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { hostFrom, packetSetFrom } from '../library/input.ts';
import { InputError, problemText } from '../library/inputError.ts';
import { BUDGET, checkOptions, FAMILIES, type OptionKind, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { MANIFEST_OPTIONS, type ManifestOptions, type ManifestTexts, manifestTexts } from './manifestTexts.ts';

export type { HostDescription } from '../../host/hostDescription.ts';
export type { Approach } from '../../injection/facts/approach.ts';
export type { Rendered } from '../../istio/render/render.ts';
export type { EditJson, PlaceJson, ResultJson, ResultsReport } from '../../report/json/diffResults.ts';
export type { FindingJson, PodJson, SettingJson, StepJson } from '../../report/json/enrol.ts';
export type { VerifiedPodJson, VerifyPodsReport } from '../../report/json/verifyPods.ts';
export { InputError } from '../library/inputError.ts';
export { type DiffManifestsOptions, diffManifests } from './diffManifests.ts';
export { isManifest } from './isManifest.ts';
export type { ManifestOptions, ManifestText, ManifestTexts } from './manifestTexts.ts';

export interface ReadPod extends PodJson {
  /** restore text and `ip` commands; null when Istio would refuse the settings, and for a pod of another mesh, whose rules are not known */
  readonly rendered: Rendered | null;
  /** the rules, for `trace`, `verify`, `find` and `diff`; of a pod of another mesh none */
  readonly rulesets: readonly Ruleset[];
  /** the pod around them, for the same */
  readonly host: HostDescription;
  /** name of its mesh profile */
  readonly profile: MeshName;
}

export interface ReadPods {
  readonly mode: Approach;
  readonly istio: string;
  readonly pods: readonly ReadPod[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Who captures each pod, with which settings and rules. Never throws for what a manifest says.
 *  @throws InputError when an option cannot be used */
export function readManifests(manifests: ManifestTexts, options: ManifestOptions = {}): ReadPods {
  checkOptions(options, MANIFEST_OPTIONS);
  const read = readAll(manifests, options);
  const { scenes, diagnostics: ofPods } = scenesOf(read);
  const { approach, version } = read.world;
  const diagnostics = [...read.diagnostics, ...ofPods];
  const report = toEnrolReport({ approach, version, answers: scenes, diagnostics });
  const pods = scenes.flatMap((scene, index): readonly ReadPod[] => {
    const pod = report.pods[index];
    return pod === undefined ? [] : [{ ...pod, ...asked(scene) }];
  });
  return { mode: approach, istio: report.istio, pods, diagnostics };
}

function asked({ enrolment, rules, rulesets: known, profile, otherMesh }: PodScene): Omit<ReadPod, keyof PodJson> {
  const rulesets = otherMesh === undefined ? known : [];
  return {
    rendered: rules.rendered ?? null,
    rulesets,
    host: atAddresses(podHost(enrolment.facts, transparentPorts(rulesets)), enrolment.facts.pod),
    profile,
  };
}

export interface VerifyManifestsOptions extends ManifestOptions {
  /** ids of claims; absent: all */
  readonly only?: readonly (ClaimId | PodClaimId)[];
  readonly except?: readonly (ClaimId | PodClaimId)[];
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** as it is while init containers run; absent: when all containers do */
  readonly phase?: 'init' | 'running';
  /** families to check even without rules */
  readonly families?: readonly Family[];
  /** a host description; absent: the pod's own */
  readonly host?: HostDescription;
  /** the most that the claims about one pod may cost */
  readonly budget?: BudgetLimits;
}

/** Claims about rules, and about fields and settings. */
const POD_CLAIM_IDS: OptionKind = { a: 'claim', words: [...RULE_CLAIMS, ...POD_CLAIMS], list: true };
const VERIFY_OPTIONS: OptionKinds<VerifyManifestsOptions> = {
  ...MANIFEST_OPTIONS,
  only: POD_CLAIM_IDS,
  except: POD_CLAIM_IDS,
  where: WHERE_OPTION,
  phase: { a: 'phase', words: ['init', 'running'] },
  families: FAMILIES,
  host: 'anything',
  budget: BUDGET,
};

const NO_POD = 'there is no pod in these manifests: nothing would be checked';

/** Every claim on the settings and the rules of each pod; equal rules are proved once.
 *  @throws InputError when a manifest or an option cannot be used, when there is no pod, or Istio would refuse one */
export function verifyManifests(manifests: ManifestTexts, options: VerifyManifestsOptions = {}): VerifyPodsReport {
  checkOptions(options, VERIFY_OPTIONS);
  const { values: _, mode: __, istio: ___, kubernetes: ____, nameservers: _____, phase, where, host, budget = {}, ...rest } = options;
  const read = readAll(manifests, options);
  const made = scenesOf(read);
  const errors = [...read.diagnostics, ...made.diagnostics].filter(isError);
  if (errors.length > 0) throw new InputError(errors.map(problemText));
  if (made.scenes.length === 0) throw new InputError([NO_POD]);
  const settings = {
    ...rest,
    limits: () => budget,
    ...(where !== undefined && { where: packetSetFrom(where) }),
    ...(host !== undefined && { host: hostFrom(host) }),
  };
  const scenes = phase === 'init' ? made.scenes.map(inInitPhase) : made.scenes;
  return toVerifyPodsReport(verifyScenes({ scenes, memory: made.memory }, { options: settings }));
}

function readAll(manifests: ManifestTexts, options: ManifestOptions): PodWorld {
  const { manifests: pods, values, readNested, reading } = manifestTexts(manifests, options);
  const { mode: approach, ...said } = reading;
  const read = readWorld({ manifests: pods.documents, values: values.documents, readNested, approach, ...said });
  return { ...read, diagnostics: [...pods.diagnostics, ...values.diagnostics, ...read.diagnostics] };
}
