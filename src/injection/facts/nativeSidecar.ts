/** Whether the proxy is a native sidecar: an init container that stays (restartPolicy Always).
 *  source: istio/istio pilot/pkg/features/pilot.go, pkg/kube/inject/webhook.go DetectNativeSidecar, injection-template.yaml,
 *  manifests/helm-profiles/compatibility-version-1.26.yaml; docs/facts/istio.md#native-sidecars */
import { readFlagValue } from '../../istio/settings/goValues.ts';
import { CHANGES, has, versionName } from '../../istio/settings/version.ts';
import { at, itemsOf, type Located, stringAt } from '../../kubernetes/yaml/node.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { type MeshConfiguration, valueAt } from '../configuration/mesh.ts';
import { containerOf, type Facts, isInjected } from './facts.ts';

export interface NativeSidecar {
  readonly native: boolean;
  /** `ENABLE_NATIVE_SIDECARS is \`true\`` */
  readonly because: string;
  /** absent: it is not in the files */
  readonly at?: Located<unknown>;
  /** what it rests on that is not given */
  readonly assumption?: Assumption;
}

export const NATIVE_ANNOTATION = 'sidecar.istio.io/nativeSidecar';
const VARIABLE = 'ENABLE_NATIVE_SIDECARS';

/** First minor version of Kubernetes for which Istio makes native sidecars by itself: there they are stable. */
const STABLE = 33;
/** First minor version of Kubernetes that knows them without a feature gate. */
export const KNOWS_NATIVE = 29;
/** Assumed where no version is given: what clusters of a current Istio run, or will soon. */
const USUAL = STABLE;

export function nativeSidecarOf(facts: Facts): NativeSidecar {
  const { pod, approach } = facts;
  if (approach === 'ambient') return { native: false, because: 'ambient mode adds no sidecar' };
  if (isInjected(pod)) return ofInjected(facts);
  const own = pod.annotations.get(NATIVE_ANNOTATION);
  if (own === undefined) return ofMesh(facts);
  if (has(facts.version, 'nativeAnnotation')) {
    return { native: own.value === 'true', because: `annotation ${NATIVE_ANNOTATION} is \`${own.value}\``, at: own };
  }
  const without = ofMesh(facts);
  return {
    ...without,
    because: `${without.because}; its annotation ${NATIVE_ANNOTATION} counts since Istio 1.${CHANGES.nativeAnnotation}`,
  };
}

function ofInjected({ pod }: Facts): NativeSidecar {
  const proxy = containerOf(pod, 'istio-proxy');
  const native = proxy?.role === 'sidecar';
  const because = native ? 'istio-proxy is an init container that stays' : 'istio-proxy is not among the init containers that stay';
  return { native, because, ...(proxy !== undefined && { at: proxy.name }) };
}

function ofMesh(facts: Facts): NativeSidecar {
  const { mesh, version } = facts;
  const istio = `Istio ${versionName(version)}`;
  if (!has(version, 'nativeVariable')) return { native: false, because: `${istio} does not know native sidecars` };
  const variable = variableOf(mesh);
  const isAuto = has(version, 'nativeByDefault') && (variable === undefined || variable.value === 'auto');
  if (variable !== undefined && !isAuto)
    return { native: isOn(variable.value, version), because: `${VARIABLE} is \`${variable.value}\``, at: variable };
  if (!isAuto) return { native: false, because: `${istio} makes the proxy a native sidecar only where ${VARIABLE} is \`true\`` };
  const compatible = variable === undefined ? compatibilityOf(mesh) : undefined;
  if (compatible !== undefined) {
    return { native: false, because: `compatibilityVersion \`${compatible.value}\` sets ${VARIABLE} to \`false\``, at: compatible };
  }
  return ofNodes(facts);
}

/** A boolean of Go until it became a name: true, false, auto. */
function isOn(text: string, version: Facts['version']): boolean {
  return has(version, 'nativeByDefault') ? text === 'true' : readFlagValue('switch', text) === true;
}

/** Of the node that the pod is bound to, or else of all: one that is older is enough. */
function ofNodes({ pod, kubernetes, nodes, version }: Facts): NativeSidecar {
  const istio = `Istio ${versionName(version)}`;
  const bound = nodes.filter(({ name }) => name === pod.nodeName);
  const [oldest] = (bound.length > 0 ? bound : nodes).map(({ kubelet }) => kubelet).toSorted((a, b) => a.value - b.value);
  const minor = kubernetes ?? oldest?.value;
  const native = (minor ?? USUAL) >= STABLE;
  const because = `${istio} on Kubernetes 1.${minor ?? USUAL}${native ? '' : `; on 1.${STABLE} it would be a native sidecar`}`;
  if (minor === undefined) {
    const says = `the nodes run Kubernetes 1.${USUAL} or later, where ${istio} makes the proxy a native sidecar`;
    return { native, because, assumption: { about: 'kubernetes', says, options: ['--kubernetes'] } };
  }
  return { native, because, ...(kubernetes === undefined && oldest !== undefined && { at: oldest }) };
}

/** An operator's `k8s.env` goes over the chart's values. */
function variableOf(mesh: MeshConfiguration): Located<string> | undefined {
  for (const { source, root } of mesh.values)
    for (const item of itemsOf(at(root, 'components', 'pilot', 'k8s', 'env')).toReversed()) {
      const value = at(item, 'value');
      if (stringAt(item, 'name') === VARIABLE && value?.kind === 'scalar') return { value: String(value.value), source, span: value.span };
    }
  return valueAt(mesh, `pilot.env.${VARIABLE}`, `env.${VARIABLE}`);
}

/** A profile of a version whose proxies were ordinary containers. */
function compatibilityOf(mesh: MeshConfiguration): Located<string> | undefined {
  const said = valueAt(mesh, 'compatibilityVersion');
  const minor = Number(/^1\.(\d+)$/.exec(said?.value ?? '')?.[1] ?? Number.NaN);
  return minor < CHANGES.nativeByDefault ? said : undefined;
}

/** `the proxy is a native sidecar: ENABLE_NATIVE_SIDECARS is \`true\``; undefined where there is no sidecar. */
export function nativeText(facts: Facts): string | undefined {
  if (facts.approach === 'ambient') return undefined;
  const { native, because } = nativeSidecarOf(facts);
  return `the proxy is ${native ? 'a native sidecar' : 'an ordinary container'}: ${because}`;
}
