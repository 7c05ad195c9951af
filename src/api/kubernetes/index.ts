/** Pods of Kubernetes manifests, for the library: pure functions of texts. They need the package `yaml`, and run in a browser, too. */

import { Composer, isAlias, isMap, isScalar, isSeq, Parser } from 'yaml';
import type { HostDescription } from '../../host/hostDescription.ts';
import { APPROACHES, type Approach } from '../../injection/facts/approach.ts';
import { POD_CLAIMS, type PodClaimId } from '../../injection/podChecks/podClaimId.ts';
import { atAddresses } from '../../injection/podRules/podAddresses.ts';
import { podHost } from '../../injection/podRules/podHost.ts';
import { type PodWorld, readWorld } from '../../injection/world/world.ts';
import type { Rendered } from '../../istio/render/render.ts';
import { NEWEST, OLDEST, parseVersion } from '../../istio/settings/version.ts';
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { documentsOf, nestedDocuments, type ReadDocuments } from '../../kubernetes/yaml/readYaml.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { MeshName } from '../../mesh/names.ts';
import { type Family, parseAddress } from '../../packet/address.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import { type PodScene, scenesOf } from '../../pods/scenes.ts';
import { verifyScenes } from '../../pods/verifyPods.ts';
import { type ClaimId, RULE_CLAIMS } from '../../prove/proof/claimId.ts';
import { type PodJson, toEnrolReport } from '../../report/json/enrol.ts';
import { toVerifyPodsReport, type VerifyPodsReport } from '../../report/json/verifyPods.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { hostFrom, packetSetFrom } from '../library/input.ts';
import { InputError, problemText } from '../library/inputError.ts';
import { BUDGET, checkOptions, FAMILIES, type OptionKind, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { shownValue } from '../library/shown.ts';

/** What is read of the package: the page leaves out the rest. */
const YAML = { Composer, isAlias, isMap, isScalar, isSeq, Parser };

export type { HostDescription } from '../../host/hostDescription.ts';
export type { Approach } from '../../injection/facts/approach.ts';
export type { Rendered } from '../../istio/render/render.ts';
export type { FindingJson, PodJson, SettingJson, StepJson } from '../../report/json/enrol.ts';
export type { VerifiedPodJson, VerifyPodsReport } from '../../report/json/verifyPods.ts';
export { InputError } from '../library/inputError.ts';
export { isManifest } from './isManifest.ts';

/** YAML or JSON, of one object, of several, or of a List; with a name for messages, or without. */
export type ManifestText = string | Source;

export interface ManifestOptions {
  /** mesh configuration: Helm values, MeshConfig, an IstioOperator, ConfigMaps of istiod; later ones win */
  readonly values?: ManifestText | readonly ManifestText[];
  /** who writes the rules; absent: as the mesh is installed */
  readonly mode?: Approach;
  /** version of Istio, `1.25`; absent: the one that is installed, or else the newest known one */
  readonly istio?: string;
  /** version of Kubernetes on the nodes, `1.33`; absent: as Nodes among the manifests say, or else 1.33 */
  readonly kubernetes?: string;
  /** name servers in the pods' resolv.conf; absent: as Services and kubelets among the manifests say, or else 10.96.0.10 */
  readonly nameservers?: readonly string[];
}

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

const MANIFEST_OPTIONS: OptionKinds<ManifestOptions> = {
  values: 'anything',
  mode: { a: 'mode', words: APPROACHES },
  istio: 'text',
  kubernetes: 'text',
  nameservers: 'texts',
};

/** Who captures each pod, with which settings and rules. Never throws for what a manifest says.
 *  @throws InputError when an option cannot be used */
export function readManifests(manifests: ManifestText | readonly ManifestText[], options: ManifestOptions = {}): ReadPods {
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
export function verifyManifests(manifests: ManifestText | readonly ManifestText[], options: VerifyManifestsOptions = {}): VerifyPodsReport {
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

function readAll(
  manifests: ManifestText | readonly ManifestText[],
  { values = [], mode, istio, kubernetes, nameservers }: ManifestOptions,
): PodWorld {
  const version = istio === undefined ? undefined : parseVersion(istio);
  if (istio !== undefined && version === undefined) {
    throw new InputError([`\`${istio}\` is not a version from 1.${OLDEST} to 1.${NEWEST}`]);
  }
  const nodes = kubernetes === undefined ? undefined : parseKubernetes(kubernetes);
  if (kubernetes !== undefined && nodes === undefined) throw new InputError([`\`${kubernetes}\` is not a version such as 1.33`]);
  const wrong = nameservers?.find((text) => parseAddress(text) === undefined);
  if (wrong !== undefined) throw new InputError([`\`${wrong}\` is not an address of a name server`]);
  const pods = documents(manifests, 'manifests.yaml');
  const configuration = documents(values, 'values.yaml');
  const read = readWorld({
    manifests: pods.documents,
    values: configuration.documents,
    readNested: nestedDocuments(YAML),
    approach: mode,
    version,
    kubernetes: nodes,
    nameservers,
  });
  return { ...read, diagnostics: [...pods.diagnostics, ...configuration.diagnostics, ...read.diagnostics] };
}

function isText(value: unknown): value is ManifestText {
  if (typeof value === 'string') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'file' in value &&
    typeof value.file === 'string'
  );
}

function documents(texts: ManifestText | readonly ManifestText[], file: string): ReadDocuments {
  const list: readonly unknown[] = Array.isArray(texts) ? texts : [texts];
  const wrong = list.find((one) => !isText(one));
  if (list.some((one) => !isText(one)))
    throw new InputError([`a manifest is a text, or an object with \`file\` and \`text\`; this is ${shownValue(wrong)}`]);
  const read = (list as readonly ManifestText[]).map((text) => documentsOf(YAML, typeof text === 'string' ? { file, text } : text));
  return { documents: read.flatMap((one) => one.documents), diagnostics: read.flatMap((one) => one.diagnostics) };
}
