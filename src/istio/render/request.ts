/** One question to the renderer: settings in any of their forms, the version, and the machine around them. */
import { valueText } from '../../lib/valueText.ts';
import { MACHINE_USER } from '../../mesh/machine.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { judgeVariable } from '../names/judgeVariable.ts';
import { isEnvironmentFile, readEnvironmentFile } from '../settings/environmentFile.ts';
import { MODES, type Mode } from '../settings/modes.ts';
import { PRESETS } from '../settings/presets.ts';
import { readArgs } from '../settings/readArgs.ts';
import { isPlainObject, placeOfKey, readHostFacts, readSettings, type SettingsDocument } from '../settings/readSettings.ts';
import { type RawSetting, remark, type SourceLocation } from '../settings/settingSource.ts';
import type { HostFacts } from '../settings/settings.ts';
import { hasVariablesBlock, readVariablesBlock } from '../settings/variablesBlock.ts';
import { has, LATEST, NEWEST, OLDEST, parseVersion, type Version } from '../settings/version.ts';
import { type Rendering, renderAmbient, renderSidecar } from './render.ts';

export interface RenderRequest {
  /** a JSON object: flags and variables by name, `host`, `mode`, `istio`; or a virtual machine's cluster.env */
  readonly settings?: Source;
  /** of istio-iptables */
  readonly args?: readonly string[];
  /** of istio-iptables; what it does not know is passed over */
  readonly env?: Readonly<Record<string, string>>;
  /** before what the settings say */
  readonly host?: Partial<HostFacts>;
  /** before what the settings say; without settings and arguments: those that Istio gives a pod without settings of its own */
  readonly mode?: Mode;
  /** `1.25`; before what the settings say; the newest known version when absent */
  readonly istio?: string;
  /** rules of nftables, or of iptables, whatever the settings say */
  readonly native?: boolean;
  /** who the proxy is, where the settings leave it to the machine; before what they say */
  readonly proxyUid?: number;
}

export function renderRequest(request: RenderRequest): Rendering {
  const { args = [], settings } = request;
  const read = settings === undefined ? { document: EMPTY, diagnostics: [] } : readDocument(settings);
  if (read.document === undefined) return { diagnostics: read.diagnostics };
  const document = withHost(read.document, request.host);
  const { version, mode, diagnostics } = choices(request, document);
  if (version === undefined || diagnostics.length > 0) return { diagnostics: [...read.diagnostics, ...diagnostics] };
  if (mode === 'ambient' || mode === 'ambient-host') {
    const backend = request.native === undefined ? {} : { nativeNftables: request.native };
    const asked = { ...document, values: { ...document.values, ...backend } };
    if (args.length === 0) return renderAmbient({ document: asked, version, onHost: mode === 'ambient-host' });
    const message = `mode \`${mode}\` has no arguments of istio-iptables`;
    return { diagnostics: [remark({ source: { file: 'arguments', text: args.join(' ') }, span: { start: 0, end: 1 } }, { message })] };
  }
  const preset = settings === undefined && args.length === 0 ? PRESETS[mode ?? 'init'] : undefined;
  const rendering = sidecar({ request: { ...request, args: preset ?? args }, document, version });
  return { ...rendering, ...machineOf(request, document), diagnostics: [...read.diagnostics, ...rendering.diagnostics] };
}

/** A virtual machine's proxy runs as one of its users, whose number no environment tells. */
function machineOf({ settings, args = [], env = {}, proxyUid }: RenderRequest, { values }: SettingsDocument): Pick<Rendering, 'machine'> {
  if (settings === undefined || args.length > 0 || hasVariablesBlock(settings.text) || !isEnvironmentFile(settings.text)) return {};
  const said = proxyUid !== undefined || (values.PROXY_UID ?? env.PROXY_UID ?? '') !== '';
  return { machine: said ? [] : [MACHINE_USER] };
}

interface SidecarQuestion {
  readonly request: RenderRequest;
  readonly document: SettingsDocument;
  readonly version: Version;
}

function sidecar({ request, document, version }: SidecarQuestion): Rendering {
  const { args = [], env = {}, proxyUid } = request;
  const { host, diagnostics: aboutHost } = readHostFacts(document);
  const { native } = request;
  // of a version that does not know the flag nothing else is to be expected
  const backend = native === true || (native === false && has(version, 'nativeNftables')) ? [`--native-nftables=${native}`] : [];
  const parts = [readSettings(document, version), readArgs([...args, ...backend], version)];
  const identity = proxyUid === undefined ? [] : [fromEnvironment(['PROXY_UID', String(proxyUid)])];
  const given = [...Object.entries(env).map(fromEnvironment), ...parts.flatMap((part) => part.given), ...identity];
  const diagnostics = [...aboutHost, ...parts.flatMap((part) => part.diagnostics)];
  if (diagnostics.some(isError)) return { diagnostics };
  const rendering = renderSidecar({ given, host, version, source: document.source });
  return { ...rendering, diagnostics: [...diagnostics, ...rendering.diagnostics] };
}

function fromEnvironment([name, value]: readonly [string, string]): RawSetting {
  const source: Source = { file: 'environment', text: `${name}=${value}` };
  return { by: 'env', name, value, place: { source, span: { start: 0, end: name.length } } };
}

const EMPTY: SettingsDocument = { source: { file: 'settings', text: '{}' }, values: {} };

interface ReadDocument {
  readonly document?: SettingsDocument;
  readonly diagnostics: readonly Diagnostic[];
}

function readDocument(source: Source): ReadDocument {
  if (hasVariablesBlock(source.text)) {
    const { values, places, diagnostics } = readVariablesBlock(source);
    return { document: { source, values, places }, diagnostics };
  }
  if (isEnvironmentFile(source.text)) {
    const { values, others, diagnostics } = readEnvironmentFile(source);
    if (diagnostics.length > 0) return { diagnostics };
    return { document: { source, values }, diagnostics: others.flatMap(({ name, place }) => unreadVariable(name, place)) };
  }
  const start: SourceLocation = { source, span: { start: 0, end: 1 } };
  try {
    const values: unknown = JSON.parse(source.text);
    if (isPlainObject(values)) return { document: { source, values }, diagnostics: [] };
    return { diagnostics: [remark(start, { message: 'the settings are not a JSON object' })] };
  } catch (error) {
    const offset = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
    return { diagnostics: [remark({ source, span: { start: offset, end: offset + 1 } }, { message: 'the settings are not JSON' })] };
  }
}

function unreadVariable(name: string, place: SourceLocation): readonly Diagnostic[] {
  const problem = judgeVariable(name, 'machine');
  return problem === undefined ? [] : [remark(place, { kind: 'warning', ...problem })];
}

/** What the request says of the machine goes over what the settings say. */
function withHost(document: SettingsDocument, host: Partial<HostFacts> = {}): SettingsDocument {
  if (Object.keys(host).length === 0) return document;
  const said = isPlainObject(document.values.host) ? document.values.host : {};
  return { ...document, values: { ...document.values, host: { ...said, ...host } } };
}

interface Choices {
  readonly version?: Version;
  readonly mode?: Mode;
  readonly diagnostics: readonly Diagnostic[];
}

function choices({ mode: asked, istio }: RenderRequest, { source, values }: SettingsDocument): Choices {
  const mode = asked ?? values.mode;
  const wanted = istio ?? values.istio;
  const version = wanted === undefined ? LATEST : typeof wanted === 'string' ? parseVersion(wanted) : undefined;
  const diagnostics: Diagnostic[] = [];
  if (version === undefined) {
    const message = `\`${valueText(wanted)}\` is not a version from 1.${OLDEST} to 1.${NEWEST}`;
    diagnostics.push(remark(istio === undefined ? placeOfKey(source, 'istio') : { source, span: { start: 0, end: 1 } }, { message }));
  }
  if (mode !== undefined && !MODES.includes(mode as Mode)) {
    const message = `\`${valueText(mode)}\` is not a mode`;
    diagnostics.push(remark(placeOfKey(source, 'mode'), { message, help: `the modes are ${MODES.join(', ')}` }));
  }
  return { ...(version !== undefined && { version }), ...(mode !== undefined && { mode: mode as Mode }), diagnostics };
}
