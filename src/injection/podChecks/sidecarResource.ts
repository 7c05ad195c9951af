/** A Sidecar resource is often taken for what decides about capture. It says what the proxy listens on; the rules stay as they are.
 *  source: istio/api networking/v1 Sidecar, CaptureMode */
import { sidecarsOf } from '../../kubernetes/manifest/sidecarResource.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { meshValueAt } from '../configuration/mesh.ts';
import type { CheckedPod, PodRemark } from './check.ts';

export function sidecarRemarks({ enrolment, facts }: CheckedPod): readonly PodRemark[] {
  if (enrolment.verdict !== 'captured') return [];
  const rootNamespace = meshValueAt(facts.mesh, 'rootNamespace')?.value ?? 'istio-system';
  return sidecarsOf(facts.pod, facts.sidecars, rootNamespace).map(({ name, captureModes }): PodRemark => {
    const mode = captureModes.find(({ value }) => value === 'NONE') ?? captureModes[0];
    const what = mode === undefined ? '' : ` with captureMode ${mode.value}`;
    return {
      level: mode?.value === 'NONE' ? 'warning' : 'info',
      message: `Sidecar \`${name.value}\`${what} changes no rule: it says what the proxy listens on, and the same packets are captured`,
      ...(mode?.value === 'NONE' && { help: `annotation ${TRAFFIC_ANNOTATIONS.mode.name}: NONE on the pod takes the rules away` }),
      place: mode ?? name,
    };
  });
}
