/** Settings -> the rules that Istio would write, as restore text for both families or as commands of nft, and what it adds beside them. */
import type { Assumption } from '../../mesh/assumption.ts';
import type { Family } from '../../packet/address.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { ambientHostNftRules, ambientNftRules } from '../nftRules/ambient.ts';
import { AMBIENT_HOST_LAYOUT, AMBIENT_LAYOUT, SIDECAR_LAYOUT } from '../nftRules/layout.ts';
import { sidecarNftRules } from '../nftRules/sidecar.ts';
import { cleanupText, transactionText } from '../nftRules/transaction.ts';
import type { AmbientPlan } from '../plan/ambientPlan.ts';
import { rulePlanOf } from '../plan/plan.ts';
import { ambientHostRules, ambientRules } from '../rules/ambient.ts';
import { restoreText } from '../rules/restoreText.ts';
import { ambientRouting, sidecarRouting } from '../rules/routing.ts';
import { readAmbient } from '../settings/ambientSettings.ts';
import { checkSettings, isDry } from '../settings/checkSettings.ts';
import { hasIPv6 } from '../settings/hostFacts.ts';
import { readHostFacts, type SettingsDocument } from '../settings/readSettings.ts';
import { resolveSettings } from '../settings/resolveSettings.ts';
import { type RawSetting, remark, type SourceLocation } from '../settings/settingSource.ts';
import type { HostFacts } from '../settings/settings.ts';
import { has, type Version } from '../settings/version.ts';
import { sidecarRules } from './sidecar.ts';

export interface Rendered {
  /** for iptables-restore; empty when no such rules are written */
  readonly v4: string;
  /** for ip6tables-restore; empty without IPv6 */
  readonly v6: string;
  /** for `nft -f`, of both families; absent where Istio writes iptables rules */
  readonly nft?: string;
  /** `ip` commands in their order */
  readonly routing: readonly string[];
}

const NOTHING: Rendered = { v4: '', v6: '', routing: [] };

export interface Rendering {
  /** absent when Istio would refuse the settings, or when they cannot be read */
  readonly rendered?: Rendered;
  readonly diagnostics: readonly Diagnostic[];
  /** of a virtual machine, of which a text tells less than of a pod */
  readonly machine?: readonly Assumption[];
}

export interface SidecarRequest {
  readonly given: readonly RawSetting[];
  readonly host: HostFacts;
  readonly version: Version;
  /** for what is wrong with settings that are not given */
  readonly source: Source;
}

export function renderSidecar({ given, host, version, source }: SidecarRequest): Rendering {
  const resolved = resolveSettings({ given, version, host });
  const { settings, places } = resolved;
  const otherwise: SourceLocation = { source, span: { start: 0, end: 1 } };
  const checked = checkSettings({ settings, places, version, host, otherwise });
  const ipv6 = hasIPv6(host, settings['dual-stack']);
  const diagnostics = [...resolved.diagnostics, ...checked, ...noAddress(ipv6, otherwise)];
  if (diagnostics.some(isError)) return { diagnostics };
  const native = settings['native-nftables'];
  if (settings['skip-rule-apply'] || (settings['cleanup-only'] && !native)) return { rendered: NOTHING, diagnostics };
  if (settings['cleanup-only']) return { rendered: { ...NOTHING, nft: cleanupText(SIDECAR_LAYOUT) }, diagnostics };
  const shared = rulePlanOf({ settings, host, version }, 4);
  const plans = familiesOf(ipv6).map((family) => (family === 4 ? shared : rulePlanOf({ settings, host, version }, family)));
  const routing = isDry(settings) ? [] : sidecarRouting(plans);
  if (native) {
    const nft = transactionText({ rules: sidecarNftRules({ shared, families: plans }), layout: SIDECAR_LAYOUT, version });
    return { rendered: { ...NOTHING, nft, routing }, diagnostics };
  }
  const [v4 = '', v6 = ''] = plans.map((plan) => restoreText(sidecarRules(plan)));
  return { rendered: { v4, v6, routing }, diagnostics };
}

export interface AmbientRequest {
  readonly document: SettingsDocument;
  readonly version: Version;
  /** on the node, not in a pod */
  readonly onHost: boolean;
}

export function renderAmbient({ document, version, onHost }: AmbientRequest): Rendering {
  const { settings, diagnostics: wrong } = readAmbient(document, version);
  const { host, diagnostics: wrongHost } = readHostFacts(document);
  const ipv6 = hasIPv6(host, true);
  const diagnostics = [...wrong, ...wrongHost, ...noAddress(ipv6, { source: document.source, span: { start: 0, end: 1 } })];
  if (diagnostics.some(isError)) return { diagnostics };
  const { probes, native, ...pod } = settings;
  const planOf = (family: Family): AmbientPlan => ({ ...pod, family, version, probe: probes[family] });
  const loopback6 = host.sysctls['net.ipv6.conf.lo.disable_ipv6'] !== '1';
  const routing = onHost ? [] : ambientRouting(familiesOf(ipv6), loopback6);
  if (native) {
    const families = familiesOf(ipv6 === true || !has(version, 'nftAmbientFamilies')).map(planOf);
    const rules = onHost ? ambientHostNftRules(families, host.kubeletUid ?? '0') : ambientNftRules({ shared: planOf(4), families });
    const nft = transactionText({ rules, layout: onHost ? AMBIENT_HOST_LAYOUT : AMBIENT_LAYOUT, version });
    return { rendered: { ...NOTHING, nft, routing }, diagnostics };
  }
  const [v4 = '', v6 = ''] = familiesOf(ipv6)
    .map(planOf)
    .map((plan) => restoreText(onHost ? ambientHostRules(plan) : ambientRules(plan)));
  return { rendered: { v4, v6, routing }, diagnostics };
}

function familiesOf(ipv6: boolean | undefined): readonly Family[] {
  return ipv6 === true ? [4, 6] : [4];
}

function noAddress(ipv6: boolean | undefined, place: SourceLocation): readonly Diagnostic[] {
  return ipv6 === undefined ? [remark(place, { message: 'the host has no address but loopback and link-local ones' })] : [];
}
