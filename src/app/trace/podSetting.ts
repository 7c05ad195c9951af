/** Where packets of one pod of manifests are traced: its rules and its host. */
import { chooseSetting, type GivenPlace } from '../../connection/setting.ts';
import { withPodAddress } from '../../host/podAddress.ts';
import { initPhase } from '../../injection/facts/initPhase.ts';
import { nativeSidecarOf, nativeText } from '../../injection/facts/nativeSidecar.ts';
import { podResolvers } from '../../injection/facts/resolver.ts';
import { keyWarnings } from '../../injection/podChecks/knownKey.ts';
import { namedInterfaces } from '../../injection/podRules/namedInterfaces.ts';
import { podAddresses } from '../../injection/podRules/podAddresses.ts';
import { podAssumptions } from '../../injection/podRules/podAssumptions.ts';
import { asksResolvers } from '../../injection/podRules/podRules.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { type Family, familyOf } from '../../packet/address.ts';
import { inInitPhase, PHASE_WORDS, phaseText } from '../../pods/initPhase.ts';
import type { PodScene } from '../../pods/scenes.ts';
import { unwrittenFamily } from '../../pods/unwrittenFamily.ts';
import { positionOf } from '../../report/text/positions.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Diagnostic, isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, podScenesOf } from '../load/podTexts.ts';
import type { TraceManner, TraceSetting, TraceSetup } from './setting.ts';

export interface TracePodQuestion {
  readonly pods: PodTexts;
  /** `NAME` or `NAMESPACE/NAME`; absent: the only one */
  readonly pod?: string;
  /** as the pod is while its init containers run */
  readonly inInitPhase: boolean;
  readonly place: GivenPlace;
  readonly manner: TraceManner;
}

/** Or why there is not one pod to ask. */
export function traceInPod(question: TracePodQuestion): TraceSetup | Complaint {
  const { scenes, unread, diagnostics: all } = podScenesOf(question.pods);
  const errors = all.some(isError);
  // without a name it may be the pod that cannot be read that is meant
  if (all.some(stopsAll) || (errors && question.pod === undefined)) return { diagnostics: all };
  const found = podAsked(scenes, question.pod);
  if ('message' in found) return unread.some((pod) => isCalled(pod, question.pod)) ? { diagnostics: all } : found;
  if (found.refused) return { diagnostics: all };
  const diagnostics = all.map((one) => (isError(one) ? aside(one) : one));
  const scene = question.inInitPhase ? inInitPhase(found) : found;
  return { setting: settingOf(scene, question), diagnostics: [...diagnostics, ...keyWarnings(scene.findings), ...uncaptured(scene)] };
}

function settingOf(scene: PodScene, { place: { host, podIps = [], ...said }, manner }: TracePodQuestion): TraceSetting {
  const { pod } = scene.enrolment.facts;
  const addresses = [...podAddresses(pod), ...podIps];
  // the pod says who its proxy is
  const own = addresses.reduce((one, prefix) => withPodAddress(one, prefix), scene.host);
  const given = { ...said, host: host ?? own, profile: scene.inMesh ? scene.profile : 'none' };
  const rulesets = scene.families.map((family) => scene.rulesets.find((one) => one.family === family) ?? withoutRules(scene, family));
  const chosen = chooseSetting({ rulesets, given });
  // a status has all addresses
  const known = podAddresses(pod).length > 0 ? ([4, 6] as const) : addresses.map(({ address }) => familyOf(address));
  const assumed = host === undefined ? { assumed: { families: ([4, 6] as const).filter((family) => !known.includes(family)) } } : {};
  return {
    ...chosen,
    ...assumed,
    ...outsideOf(scene),
    assumptions: [...chosen.assumptions, ...assumptionsOf(scene)],
    rulesets,
    unwritten: (family) => unwrittenFamily(scene, family),
    ...(host === undefined && { named: namedInterfaces(scene.rules.settings, scene.host.interfaces) }),
    notes: [...phaseNotes(scene), ...resolverNote(scene)],
    ...manner,
  };
}

/** Its addresses are an assumption about the host. */
function assumptionsOf({ enrolment, rules, whileInit }: PodScene): readonly Assumption[] {
  return podAssumptions(enrolment, rules, { inInitPhase: whileInit !== undefined }).filter(({ about }) => about !== 'pod-address');
}

/** Of several init containers those that find something else run at another time. */
function phaseNotes({ whileInit, enrolment: { facts } }: PodScene): readonly string[] {
  if (whileInit === undefined) return [];
  const others = initPhase(facts).containers.filter(({ phase }) => phase !== whileInit.phase);
  const { at } = nativeSidecarOf(facts);
  const kind = nativeText(facts);
  const place = at === undefined ? '' : ` (${at.source.file}:${positionOf(at).line})`;
  return [
    phaseText(whileInit),
    ...(kind === undefined ? [] : [`${kind}${place}`]),
    ...others.map(({ container, phase }) => `init container ${container.name.value}: ${PHASE_WORDS[phase]}`),
  ];
}

/** Rules follow from it, and it is set elsewhere than in the pod. */
function resolverNote({ enrolment: { facts, verdict }, rules: { settings } }: PodScene): readonly string[] {
  const { servers, at } = podResolvers(facts);
  if (at === undefined || verdict !== 'captured' || !asksResolvers(settings)) return [];
  return [`the pod's resolver is ${servers[0]} (${at.source.file}:${positionOf(at).line})`];
}

function withoutRules({ rulesets: [beside] }: PodScene, family: Family): Ruleset {
  return emptyRuleset(family, beside?.source ?? { file: 'rules', text: '' });
}

function podAsked(scenes: readonly PodScene[], name: string | undefined): PodScene | Complaint {
  const nameOf = ({ enrolment: { facts } }: PodScene) => `${facts.pod.namespace}/${facts.pod.name}`;
  const meant = scenes.filter(({ enrolment: { facts } }) => name === undefined || isCalled(facts.pod, name));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  const message =
    name === undefined ? `there are ${scenes.length} pods: --pod NAME says which` : `--pod: \`${name}\` matches ${meant.length} pods`;
  return { message, help: `the pods are ${scenes.map(nameOf).join(', ')}` };
}

function isCalled({ namespace, name }: Pick<Pod, 'name' | 'namespace'>, asked: string | undefined): boolean {
  return name === asked || `${namespace}/${name}` === asked;
}

/** What is wrong with another object does not concern the pod that is asked. */
function aside({ ofOneObject: _, ...one }: Diagnostic): Diagnostic {
  return { ...one, kind: 'warning', message: `ignored, since another pod is selected: ${one.message}` };
}

function outsideOf({ findings, otherMesh }: PodScene): Pick<TraceSetting, 'outside'> {
  const [found] = findings.filter(({ claim }) => claim === 'pod-captured');
  return found === undefined ? {} : { outside: { says: found.message, walks: otherMesh === undefined } };
}

/** Without rules every packet goes its own way; that proves nothing. */
function uncaptured({ enrolment: { facts, verdict, taken }, findings }: PodScene): readonly Diagnostic[] {
  const outside = findings.filter(({ claim }) => claim === 'pod-captured');
  if (outside.length > 0)
    return outside.map(({ message, help, place }) => ({
      kind: 'warning',
      message,
      ...(help !== undefined && { help }),
      source: place.source,
      span: place.span,
    }));
  if (verdict === 'captured') return [];
  const answer = taken.at(-1)?.answer;
  const { source, span } = answer?.at ?? facts.pod.place;
  return [{ kind: 'warning', message: `this pod is not captured: ${answer?.because ?? ''}`, source, span }];
}
