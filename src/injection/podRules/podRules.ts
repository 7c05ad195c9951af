/** The rules of one pod: who captures it, with which settings, and the text that is loaded. */

import { type Rendering, renderAmbient, renderSidecar, type SidecarRequest } from '../../istio/render/render.ts';
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import type { HostFacts } from '../../istio/settings/settings.ts';
import { memoize } from '../../lib/memo.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { MeshConfiguration } from '../configuration/mesh.ts';
import { parseBool } from '../configuration/values.ts';
import type { Enrolment } from '../enrol/enrol.ts';
import type { Facts } from '../facts/facts.ts';
import { otherMesh } from '../facts/otherMesh.ts';
import { podResolvers } from '../facts/resolver.ts';
import { ambientDocument } from './ambientDocument.ts';
import { initSettings, type PodSettings } from './initSettings.ts';
import { pluginSettings } from './pluginSettings.ts';
import type { PodSetting } from './podSetting.ts';

export interface PodRules extends Rendering {
  /** of istio-iptables; ambient has others */
  readonly settings: readonly PodSetting[];
  /** what is not in the files */
  readonly assumptions: readonly Assumption[];
}

/** For a pod that is not captured: no settings, and no rules. Those of a pod of another mesh are not known. */
export function podRules({ facts, verdict }: Enrolment): PodRules {
  if (verdict !== 'captured') return { settings: [], assumptions: [], diagnostics: [], rendered: { v4: '', v6: '', routing: [] } };
  if (otherMesh(facts) !== undefined) return { settings: [], assumptions: [], diagnostics: [] };
  const { version, approach } = facts;
  if (approach === 'ambient') {
    const document = ambientDocument(facts);
    const rendering = renderAmbient({ document, version, onHost: false });
    return { ...rendering, settings: [], assumptions: addressAssumption(facts) };
  }
  const { settings, diagnostics } = settingsOf(facts);
  if (diagnostics.some(isError)) return { settings, diagnostics, assumptions: [] };
  const rendering = renderSettings(facts, settings);
  return { ...rendering, diagnostics: [...diagnostics, ...rendering.diagnostics], settings };
}

/** The rules of a pod's sidecar with these settings, be they its own or others. */
export function renderSettings(facts: Facts, settings: readonly PodSetting[]): Rendering & Pick<PodRules, 'assumptions'> {
  const { host, assumptions } = hostOf(facts, settings);
  const { version, pod } = facts;
  return { ...renderOnce({ given: settings, host, version, source: pod.place.source }, facts.mesh), assumptions };
}

/** Thousands of pods have the same few settings. What is wrong with settings has places, and those are each pod's own. */
function renderOnce(request: SidecarRequest, mesh: MeshConfiguration): Rendering {
  const { host, version } = request;
  const given = request.given.map(({ by, name, value }) => ({ by, name, value, place: NOWHERE }));
  const known = renderedFor(mesh, JSON.stringify({ given, host, version, source: NOWHERE.source } satisfies SidecarRequest));
  return known.diagnostics.length === 0 ? known : renderSidecar(request);
}

const NOWHERE: SourceLocation = { source: { file: '', text: '' }, span: { start: 0, end: 0 } };
const renderedFor = memoize((_: MeshConfiguration, request: string): Rendering => renderSidecar(JSON.parse(request) as SidecarRequest));

export function settingsOf(facts: Facts): PodSettings {
  return facts.approach === 'init' ? initSettings(facts) : pluginSettings(facts);
}

/** A manifest of a pod that does not run yet says neither its addresses nor, as a rule, its resolvers. */
function hostOf(facts: Facts, settings: readonly PodSetting[]): { readonly host: HostFacts; readonly assumptions: readonly Assumption[] } {
  const { addresses } = facts.pod;
  const { servers, assumption } = podResolvers(facts);
  return {
    host: { users: {}, sysctls: {}, nameservers: servers, ...(addresses.length > 0 ? { addresses } : { ipv6: false }) },
    assumptions: [...addressAssumption(facts), ...(assumption !== undefined && asksResolvers(settings) ? [assumption] : [])],
  };
}

/** Whether rules follow from the pod's name servers: questions to them alone are captured. */
export function asksResolvers(settings: readonly PodSetting[]): boolean {
  const isOn = (...names: readonly string[]) => settings.some(({ name, value }) => names.includes(name) && parseBool(value) === true);
  return isOn('redirect-dns', 'REDIRECT_DNS', 'ISTIO_META_DNS_CAPTURE') && !isOn('capture-all-dns', 'CAPTURE_ALL_DNS');
}

function addressAssumption({ pod }: Facts): readonly Assumption[] {
  const says = 'the pod is assumed to have IPv4 addresses only';
  return pod.addresses.length > 0 ? [] : [{ about: 'pod-address', says, options: ['--pod-ip'] }];
}
