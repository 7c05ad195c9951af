/** Pods of the manifests that the text holds. */
import { type ReadPods, readManifests } from '../../src/api/kubernetes/index.ts';

export function podsHere(file: string, text: string): ReadPods {
  return readManifests({ file, text });
}
