/** The meshes that are known, in the order in which their chains are looked for. */

import { istioAmbient } from './istioAmbient.ts';
import { istioSidecar } from './istioSidecar.ts';
import type { MeshName } from './names.ts';
import { consul, kuma, linkerd } from './others.ts';
import type { KnownMesh } from './profile.ts';

const BY_NAME: Readonly<Record<MeshName, KnownMesh>> = {
  'istio-ambient': istioAmbient,
  'istio-sidecar': istioSidecar,
  linkerd,
  kuma,
  consul,
};

export const PROFILES: readonly KnownMesh[] = Object.values(BY_NAME);

/** The mesh whose chains are among these; undefined: none is. */
export function detectProfile(chains: Iterable<string>): KnownMesh | undefined {
  const names = [...chains];
  return PROFILES.find((profile) => names.some((name) => profile.chains.test(name)));
}

/** Undefined for `none`, and for a name that no mesh has. */
export function profileNamed(name: string): KnownMesh | undefined {
  return PROFILES.find((one) => one.name === name);
}
