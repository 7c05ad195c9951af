/** `approaches`: every pod captured by each approach, and how each two differ. */
import { APPROACHES, type Approach } from '../../injection/facts/approach.ts';
import type { Version } from '../../istio/settings/version.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import { type ApproachDiff, compareApproaches } from '../../pods/approaches.ts';
import { type PodScene, scenesOf } from '../../pods/scenes.ts';
import { verifyPod } from '../../pods/verifyPod.ts';
import { backendParity } from '../../prove/claims/backendParity.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { PodAnswers } from '../../report/json/approaches.ts';
import { type Diagnostic, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, readPodTexts } from '../load/podTexts.ts';

export interface ApproachesAnswer {
  readonly version: Version;
  /** none where an error stops all */
  readonly pods: readonly PodAnswers[];
  /** of the texts */
  readonly diagnostics: readonly Diagnostic[];
  /** of each approach: that one refuses a pod is an answer here, not an error */
  readonly refused: readonly Diagnostic[];
}

type Limits = () => BudgetLimits;

/** Every two, in the order of the approaches. */
const PAIRS = APPROACHES.flatMap((from, index) => APPROACHES.slice(index + 1).map((to) => ({ from, to })));

export function approachesOf(texts: PodTexts, limits: Limits): ApproachesAnswer {
  const read = readPodTexts(texts);
  const { manifests, world, diagnostics } = read;
  const { version } = world;
  if (diagnostics.some(stopsAll)) return { version, pods: [], diagnostics, refused: [] };
  const columns = APPROACHES.map((approach) => scenesOf({ ...read, world: { ...world, approach, approachBy: 'option' } }));
  const pods = manifests.pods.map((_, index) =>
    answersOf(
      columns.flatMap(({ scenes }) => scenes[index] ?? []),
      limits,
    ),
  );
  return { version, pods, diagnostics, refused: columns.flatMap((column) => column.diagnostics) };
}

function answersOf(scenes: readonly PodScene[], limits: Limits): PodAnswers {
  const sceneOf = (approach: Approach) => scenes.find(({ enrolment }) => enrolment.facts.approach === approach);
  return {
    answers: scenes,
    backends: backendsOf(scenes, limits),
    pairs: PAIRS.map(({ from, to }) => ({ from, to, diff: diffOf({ from: sceneOf(from), to: sceneOf(to) }, limits) })),
  };
}

/** Each beside itself by Istio's other backend; those of equal rules once. */
function backendsOf(scenes: readonly PodScene[], limits: Limits): PodAnswers['backends'] {
  const known = new Map<string, readonly Finding[]>();
  return scenes.flatMap((scene) => {
    const { verdict, facts } = scene.enrolment;
    if (verdict !== 'captured' || scene.refused === true || scene.otherMesh !== undefined) return [];
    const found = known.get(scene.key) ?? verifyPod(scene, { only: [backendParity.id], limits }).findings;
    known.set(scene.key, found);
    return [{ mode: facts.approach, findings: found }];
  });
}

interface Between {
  readonly from: PodScene | undefined;
  readonly to: PodScene | undefined;
}

/** Undefined when the pod does not start with one of them. */
function diffOf({ from, to }: Between, limits: Limits): ApproachDiff | undefined {
  if (from === undefined || to === undefined) return undefined;
  if (from.otherMesh !== undefined || to.otherMesh !== undefined) return undefined;
  if ([from, to].some(({ enrolment }) => enrolment.verdict === 'blocked')) return undefined;
  const side = ({ enrolment, rulesets, host }: PodScene) => ({ ambient: enrolment.facts.approach === 'ambient', rulesets, host });
  return compareApproaches(side(from), side(to), limits);
}
