/** What a text is, by its content: rules, manifests, settings of istio-iptables, mesh configuration, or something that is not checked. */

import { isEnvironmentFile } from '../../istio/settings/environmentFile.ts';
import { isSettingName } from '../../istio/settings/settingSource.ts';
import { hasVariablesBlock } from '../../istio/settings/variablesBlock.ts';
import { OWN_KIND_NAMES } from '../../kubernetes/manifest/ownKinds.ts';
import { runsWhenUp } from '../../syntax/document/upCommands.ts';
import { looksLikeLog } from '../../syntax/log/signs.ts';
import { isTextOfNft } from '../../syntax/nft/signs.ts';

/** Whether a text is manifests, and not rules: an object says its kind on a line of its own, or somewhere in JSON; rules have no such line,
 *  and manifests have no line of rules. */
export function isManifestText(text: string): boolean {
  if (looksLikeLog(text)) return false;
  if (/^\s*[{[]/.test(text) && /"kind"\s*:\s*"/.test(text)) return true;
  return (
    /^[ \t]*(?:- )?"?kind"?[ \t]*:[ \t]*\S/m.test(text) &&
    !/^[ \t]*(?:\*[ \t]*\w+[ \t]*$|-[ANIP] \w|(?:sudo )?ip6?tables(?:-\w+)* )/m.test(text)
  );
}

export type Kind = 'rules' | 'manifest' | 'settings' | 'values' | 'cni';

/** A kind, or why it is none. */
export function kindOf(text: string): { readonly kind: Kind } | { readonly why: string } {
  const json = jsonOf(text);
  if (json !== undefined && ('plugins' in json || 'cniVersion' in json)) return { kind: 'cni' };
  if (json !== undefined && 'nftables' in json) return { kind: 'rules' };
  if (json !== undefined && !('kind' in json)) return { kind: 'settings' };
  if (isManifestText(text)) {
    const installs = INSTALLS_MESH.test(text) || (PACKAGES.test(text) && OF_ISTIO.test(text));
    // beside pods it is read with them
    return { kind: installs && !holdsPods(text) ? 'values' : 'manifest' };
  }
  if (isTextOfNft(text)) return { kind: 'rules' };
  if (hasVariablesBlock(text) && !/COMMIT|ip6?tables /.test(text)) return { kind: 'settings' };
  if (RULES.test(text) || looksLikeLog(text) || runsWhenUp(text)) return { kind: 'rules' };
  if (isEnvironmentFile(text)) return { kind: 'settings' };
  if (VALUES.test(text) || OF_ISTIO.test(text)) return { kind: 'values' };
  return { why: 'it holds neither rules, nor manifests, nor settings of istio-iptables, nor mesh configuration' };
}

/** A line of a dump, or a call of iptables. */
const RULES =
  /^(?:\*[ \t]*(?:nat|mangle|filter|raw|security)[ \t]*$|[ \t]*(?:sudo )?(?:\S*\/)?ip6?tables(?:-\w+)*[ \t]|-[AINP] \w|Chain \w+ \()/m;
/** Kinds from which a mesh is installed, and those from which anything may be. */
const INSTALLS_MESH = /^[ \t]*"?kind"?[ \t]*:[ \t]*"?(?:IstioOperator|Istio|ServiceMeshControlPlane)"?[ \t]*$/m;
const PACKAGES =
  /^[ \t]*"?kind"?[ \t]*:[ \t]*"?(?:Application|ApplicationSet|HelmRelease|HelmChart|HelmChartConfig|Release|Kustomization)"?[ \t]*$/m;
/** A subchart, a chart or values of Istio, wherever they stand. */
const OF_ISTIO =
  /^[ \t]*(?:- )?(?:_internal_defaults_do_not_set|istiod|istio-discovery|istio-cni|meshConfig|sidecarInjectorWebhook|pilot):|\b(?:chart|name|path)"?: *"?(?:[\w.-]+\/)*(?:istiod|istio-cni)(?=["\s,}]|$)/m;
/** Keys at the top of Helm values and of MeshConfig that say something about capture. */
const VALUES =
  /^(?:global|pilot|cni|ambient|istio_cni|meshConfig|sidecarInjectorWebhook|defaultConfig|proxyListenPort|proxyInboundListenPort):/m;

/** An object of settings as `render` takes it, by one that it knows. */
export function isSettingsObject(text: string): boolean {
  const json = jsonOf(text);
  return json !== undefined && Object.keys(json).some((name) => ['mode', 'istio'].includes(name) || isSettingName(name));
}

function jsonOf(text: string): object | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object of Kubernetes' own kinds is a pod or makes pods. Of a manifest: others, such as namespaces and network attachments,
 *  count together with pods. */
export function holdsPods(text: string): boolean {
  return POD_KINDS.test(text) || (LIST.test(text) && LISTED_KINDS.test(text));
}

/** Objects name others further in: what an autoscaler scales, what a patch is for. */
const POD_KINDS = new RegExp(`^"?kind"?[ \\t]*:[ \\t]*"?(?:${OWN_KIND_NAMES}|PodList|DeploymentList)\\b`, 'm');
const LIST = /^"?kind"?[ \t]*:[ \t]*"?List\b/m;
const LISTED_KINDS = new RegExp(`^(?:- | {2,4})(?:- )?"?kind"?[ \\t]*:[ \\t]*"?(?:${OWN_KIND_NAMES})\\b`, 'm');

/** Whether it is worth to read the text for objects of other controllers that hold pods. */
export function mayHoldPods(text: string): boolean {
  return /"?\b(?:kind|containers|(?:\w+[tT]|t)emplate|podMetadata|steps|task\w*|pipeline\w*|domain|script)"?[ \t]*:/.test(text);
}
