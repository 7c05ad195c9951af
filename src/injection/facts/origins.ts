/** The mode of a pod and the version of its rules: as an option says, as the pod shows, as files about the mesh say, or the usual ones. */
import { LATEST, type Version, versionName } from '../../istio/settings/version.ts';
import type { Namespace } from '../../kubernetes/manifest/manifests.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { type Approach, WRITERS } from './approach.ts';
import { shownMode } from './shownMode.ts';
import { shownVersion } from './shownVersion.ts';

/** An option goes over the pod, and the pod over files about the mesh. */
export type SaidBy = 'option' | 'files' | 'default';

export interface MeshOrigins {
  readonly approach: Approach;
  /** absent: an option */
  readonly approachBy?: SaidBy;
  readonly version?: Version;
  readonly versionBy?: SaidBy;
}

export interface PodOrigins {
  readonly approach: Approach;
  readonly version: Version;
  /** what they rest on that is not given; absent: it is */
  readonly origins: { readonly mode?: Assumption; readonly version?: Assumption };
}

export function originsOf(pod: Pod, namespace: Namespace | undefined, mesh: MeshOrigins): PodOrigins {
  const { approach, mode } = modeOf(pod, namespace, mesh);
  const { version, assumption } = versionOf(pod, mesh);
  return { approach, version, origins: { ...(mode !== undefined && { mode }), ...(assumption !== undefined && { version: assumption }) } };
}

function modeOf(
  pod: Pod,
  namespace: Namespace | undefined,
  { approach, approachBy = 'option' }: MeshOrigins,
): { readonly approach: Approach; readonly mode?: Assumption } {
  const assumed = (who: Approach, because = ''): Assumption => ({
    about: 'mode',
    says: `${WRITERS[who]}${who === 'multus' ? ',' : ''} writes the rules${because}`,
    options: ['--mode'],
  });
  if (approachBy === 'option') return { approach };
  const shown = shownMode(pod, namespace);
  if (shown === undefined) return { approach, ...(approachBy === 'default' && { mode: assumed(approach) }) };
  // istio-init is there: nothing is assumed
  return { approach: shown.approach, ...(shown.approach !== 'init' && { mode: assumed(shown.approach, `, as ${shown.because}`) }) };
}

function versionOf(
  pod: Pod,
  { version = LATEST, versionBy = 'option' }: MeshOrigins,
): { readonly version: Version; readonly assumption?: Assumption } {
  const assumed = (which: Version, because = ''): Assumption => ({
    about: 'version',
    says: `the rules are those of Istio ${versionName(which)}${because}`,
    options: ['--istio'],
  });
  if (versionBy === 'option') return { version };
  const shown = shownVersion(pod);
  if (shown === undefined) return { version, ...(versionBy === 'default' && { assumption: assumed(version) }) };
  // istio-init writes the rules itself, the plugin is a program of its own
  const writes = shown.container === 'istio-init';
  return { version: shown.version, ...(!writes && { assumption: assumed(shown.version, `, as the image of ${shown.container} is`) }) };
}
