/** A pod while its init containers run: the rules may be there or not, the proxy may listen or not, and the application does not run yet. */
import { phaseOfInit } from '../../istio/enrol/initPhase.ts';
import { istioSidecar } from '../../mesh/profiles/istioSidecar.ts';
import type { PodScene } from './podScenes.ts';

export function inInitPhase(scene: PodScene): PodScene {
  const { enrolment, rulesets, host } = scene;
  const phase = phaseOfInit(enrolment.facts);
  const proxy = istioSidecar.process.name;
  const listeners = phase === 'with-proxy' ? host.listeners.filter(({ process }) => process === proxy) : [];
  return {
    ...scene,
    rulesets: phase === 'before' ? rulesets.map((ruleset) => ({ ...ruleset, tables: new Map(), usesConntrack: false })) : rulesets,
    host: { ...host, listeners },
    inMesh: scene.inMesh && phase !== 'before',
  };
}
