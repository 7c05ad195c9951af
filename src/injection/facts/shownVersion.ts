/** The version of Istio that injected a pod: of its images. source: istio/istio injection-template.yaml */
import { parseVersion, type Version } from '../../istio/settings/version.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';

export interface ShownVersion {
  readonly version: Version;
  /** the container whose image it is */
  readonly container: string;
}

/** istio-init writes the rules itself; the others are of the same control plane. Undefined where no image has a tag that is known. */
export function shownVersion({ containers }: Pod): ShownVersion | undefined {
  for (const container of ['istio-init', 'istio-validation', 'istio-proxy', 'discovery']) {
    const image = containers.find(({ name }) => name.value === container)?.image ?? '';
    const tag = /:([^:/@]+)(?:@[^@]*)?$/.exec(image)?.[1];
    const version = tag === undefined ? undefined : parseVersion(tag);
    if (version !== undefined) return { version, container };
  }
  return undefined;
}
