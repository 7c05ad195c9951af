/** Two things that rules follow from, compared: files of rules, or a pod before and after. Equal pairs are proved once. */

import { POD_OF_MANIFEST } from '../connection/bounds.ts';
import type { ChangedClass } from '../diff/classes.ts';
import type { Sides } from '../diff/question.ts';
import { type DiffScene, diffRulesets, type RulesetsDiff } from '../diff/rulesets.ts';
import { seriousness } from '../diff/severity.ts';
import type { Host } from '../host/host.ts';
import type { SourceLocation } from '../istio/settings/settingSource.ts';
import { groupBy } from '../lib/groupBy.ts';
import { memoize } from '../lib/memo.ts';
import { profileNamed } from '../mesh/allProfiles.ts';
import type { Assumption } from '../mesh/assumption.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { formatAddress } from '../packet/address.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { type ApproachDiff, compareApproaches } from './approaches.ts';
import { isOfNftables, TOLD_APART } from './backendDifferences.ts';
import { byPort } from './compareByPort.ts';
import type { RenderedPod } from './renderedPod.ts';

/** One side of a comparison. */
export interface DiffSubject {
  /** `Deployment shop/web`; of files of rules the file */
  readonly name: string;
  readonly file: string;
  /** where it begins; absent: with the file */
  readonly place?: SourceLocation;
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  /** the host in words, as bounds of a proof name it */
  readonly hostIs: string;
  readonly profile: MeshProfile | undefined;
  readonly assumptions?: readonly Assumption[];
  /** why nothing is proved of packets that arrive; absent: it is */
  readonly unsaid?: string;
  /** equal for subjects that no packet can distinguish */
  readonly key: string;
  /** what a manifest says of it */
  readonly pod?: RenderedPod;
}

export interface SubjectsDiff extends RulesetsDiff {
  /** between a sidecar and ambient mode: the packets of the application, each up to its first end */
  readonly firstLeg: boolean;
  /** only packets of a requested set */
  readonly narrowed?: boolean;
}

export interface DiffMemory {
  readonly proved: Map<string, SubjectsDiff>;
}

export interface DiffAsking {
  readonly where: DiffScene['where'] | undefined;
  readonly limits?: DiffScene['limits'] | undefined;
  readonly wordsLater?: true | undefined;
}

export function diffSubjects(pair: Sides<DiffSubject>, asked: DiffAsking, memory: DiffMemory): SubjectsDiff {
  const key = `${pair.base.key}\n${pair.head.key}`;
  const known = memory.proved.get(key) ?? compared(pair, asked);
  memory.proved.set(key, known);
  return known;
}

function compared({ base, head }: Sides<DiffSubject>, { where, limits, wordsLater }: DiffAsking): SubjectsDiff {
  if (base.key === head.key)
    return { diffs: base.rulesets.map(({ family }) => ({ family, changes: [], undecided: [] })), notes: [], firstLeg: false };
  if (base.pod?.inMesh && head.pod?.inMesh && isAmbient(base.pod) !== isAmbient(head.pod))
    return acrossMeshes(compareApproaches(approached(base, base.pod), approached(head, head.pod), limits));
  const unknown = base.pod?.otherMesh ?? head.pod?.otherMesh;
  if (unknown !== undefined) return notCompared({ base, head }, unknown.message);
  const profile = base.profile ?? head.profile;
  const scene: DiffScene = {
    host: base.host,
    ...(head.host !== base.host && { headHost: head.host }),
    ...(profile !== undefined && { profile }),
    ...(where !== undefined && { where }),
    ...(limits !== undefined && { limits }),
    ...(wordsLater !== undefined && { wordsLater }),
    unsaid: base.unsaid ?? head.unsaid,
  };
  const backends = isOfNftables(base.rulesets) !== isOfNftables(head.rulesets);
  const narrowed = where === undefined ? {} : { narrowed: true };
  const proved = diffRulesets(base.rulesets, head.rulesets, backends ? { ...scene, apart: TOLD_APART } : scene);
  return { ...proved, notes: [...proved.notes, ...hostNotes({ base, head })], firstLeg: false, ...narrowed };
}

/** Of the rules of one side nothing is known. */
function notCompared({ base, head }: Sides<DiffSubject>, reason: string): SubjectsDiff {
  const families = [...new Set([...base.rulesets, ...head.rulesets].map(({ family }) => family))];
  const open = { level: 'error' as const, packets: 'any packet', reason, rules: { base: [], head: [] } };
  return { diffs: families.map((family) => ({ family, changes: [], undecided: [open] })), notes: [], firstLeg: false };
}

/** The classes of each question together, the most serious first. */
function acrossMeshes({ diffs, notes, ...bounds }: ApproachDiff): SubjectsDiff {
  const rank = ({ severity }: ChangedClass) => seriousness(severity);
  return {
    diffs: [...groupBy(diffs, ({ family }) => family)].map(([family, group]) => ({
      family,
      changes: group.flatMap(({ changes }) => changes.map(byPort)).sort((a, b) => rank(a) - rank(b)),
      undecided: group.flatMap(({ undecided }) => undecided),
    })),
    notes: [...notes, 'between a sidecar and ambient mode the packets of the application are compared, each up to its first end'],
    ...bounds,
  };
}

/** What differs around the rules. */
function hostNotes({ base, head }: Sides<DiffSubject>): readonly string[] {
  const addresses = ({ host }: DiffSubject): readonly string[] =>
    host.interfaces.flatMap(({ name, addresses: own }) => own.map(({ address }) => `${name} ${formatAddress(address)}`));
  const [was, is] = [addresses(base), addresses(head)];
  const [gone, come] = [was.filter((one) => !is.includes(one)), is.filter((one) => !was.includes(one))];
  if (gone.length + come.length === 0) return [];
  return [
    `the addresses of the ${base.pod === undefined ? 'hosts' : 'pod'} differ: ${gone.join(', ') || 'none'} on the base, ${come.join(', ') || 'none'} now; packets from and to them change`,
  ];
}

function isAmbient({ enrolment }: RenderedPod): boolean {
  return enrolment.facts.approach === 'ambient';
}

function approached({ rulesets, host }: DiffSubject, pod: RenderedPod): Parameters<typeof compareApproaches>[0] {
  return { ambient: isAmbient(pod), rulesets, host };
}

/** Of a manifest. Where no proxy is to run, no process listens on its ports. */
export function comparedPod(pod: RenderedPod): DiffSubject {
  const { enrolment, rulesets, host, inMesh, key } = pod;
  const { kind, namespace, name, place } = enrolment.facts.pod;
  const profile = profileNamed(pod.profile);
  return {
    name: `${kind} ${namespace}/${name}`,
    file: place.source.file,
    place,
    rulesets,
    hostIs: POD_OF_MANIFEST,
    host: inMesh || profile === undefined ? host : withoutProxy(host, profile),
    profile,
    key,
    pod,
  };
}

const withoutProxy = memoize(
  (host: Host, { process }: MeshProfile): Host => ({
    ...host,
    listeners: host.listeners.filter((one) => one.process !== process.name),
  }),
);
