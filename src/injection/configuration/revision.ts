/** Several control planes in one cluster: each has configuration of its own. source: istio/istio, revisions and tags of istiod */
import { memoize } from '../../lib/memo.ts';
import type { ConfigurationPart } from '../carriers/parts.ts';
import type { MeshConfiguration } from './mesh.ts';

export interface RevisionMesh {
  readonly mesh: MeshConfiguration;
  /** what is not in the files */
  readonly assumptions: readonly string[];
}

/** What configures all revisions, and what configures this one. Where no file has it, that of the default one, or else of the only one. */
export const meshOfRevision = memoize((mesh: MeshConfiguration, revision: string): RevisionMesh => {
  const known = [...new Set([...mesh.values, ...mesh.meshConfig].flatMap((part) => part.revision ?? []))];
  if (known.length === 0) return { mesh, assumptions: [] };
  const otherwise = known.includes('default') ? 'default' : known.length === 1 ? known[0] : undefined;
  const taken = known.includes(revision) ? revision : otherwise;
  const ofTaken = (parts: readonly ConfigurationPart[]) => parts.filter((part) => part.revision === undefined || part.revision === taken);
  const instead = taken === undefined ? 'the defaults are assumed' : `that of revision \`${taken}\` is assumed`;
  return {
    mesh: { values: ofTaken(mesh.values), meshConfig: ofTaken(mesh.meshConfig) },
    assumptions: taken === revision ? [] : [`no file configures revision \`${revision}\`: ${instead}`],
  };
});
