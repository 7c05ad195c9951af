/** The JSON form of settings: names of flags and of environment variables, and what the machine tells.
 *  What is written keeps its place in the text. */
import { parsePrefix } from '../../packet/address.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { goFamily, readFlagValue } from './goValues.ts';
import { NO_FACTS } from './hostFacts.ts';
import { findFlag, isKnownVariable, type RawSetting, remark, type SourceLocation } from './settingSource.ts';
import type { HostFacts } from './settings.ts';
import { type Version, versionName } from './version.ts';

export interface SettingsDocument {
  readonly source: Source;
  readonly values: Readonly<Record<string, unknown>>;
  /** of keys that stand in the text under another name */
  readonly places?: ReadonlyMap<string, SourceLocation>;
}

/** Keys that are no settings of Istio. */
const OWN_KEYS = ['mode', 'istio', 'host'];

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a key stands, or where the text begins. */
export function placeOfKey(source: Source, key: string): SourceLocation {
  const escaped = JSON.stringify(key).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`${escaped}(?=\\s*:)|(?<=^\\s*(?:export\\s+)?)${key.replaceAll(/\W/g, '\\$&')}(?==)`, 'm').exec(source.text);
  const start = found?.index ?? 0;
  return { source, span: { start, end: start + (found?.[0].length ?? 1) } };
}

export interface ReadSettings {
  readonly given: readonly RawSetting[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readSettings({ source, values, places }: SettingsDocument, version: Version): ReadSettings {
  const given: RawSetting[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (OWN_KEYS.includes(name)) continue;
    const place = places?.get(name) ?? placeOfKey(source, name);
    const say = (message: string, help?: string) => diagnostics.push(remark(place, { message, ...(help !== undefined && { help }) }));
    const flag = name.length > 1 ? findFlag(name) : undefined;
    const by = flag === undefined ? 'env' : 'flag';
    const text = typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
    if (flag === undefined && !isKnownVariable(name)) {
      say(`istio-iptables has no setting \`${name}\``, '`chainwalk explain render` lists the settings');
    } else if (flag !== undefined && (version.minor < (flag.since ?? 0) || version.minor > (flag.until ?? version.minor))) {
      say(`Istio ${versionName(version)} has no flag \`--${name}\``);
    } else if (typeof text !== 'string' || (flag !== undefined && readFlagValue(flag.kind, text) === undefined)) {
      say(`\`${JSON.stringify(value)}\` is not a valid value for \`${name}\``);
    } else given.push({ by, name, value: text, place });
  }
  return { given, diagnostics };
}

export interface ReadHostFacts {
  readonly host: HostFacts;
  readonly diagnostics: readonly Diagnostic[];
}

const CHECKS: Readonly<Record<keyof HostFacts, (value: unknown) => boolean>> = {
  ipv6: (value) => typeof value === 'boolean',
  addresses: (value) => isTexts(value) && value.every((text) => parsePrefix(text) !== undefined),
  nameservers: (value) => isTexts(value) && value.every((text) => goFamily(text) !== undefined),
  users: (value) => isPlainObject(value) && isTexts(Object.values(value)),
  kubeletUid: (value) => typeof value === 'string' && /^\d+$/.test(value),
  sysctls: (value) => isPlainObject(value) && isTexts(Object.values(value)),
};

export function readHostFacts({ source, values }: SettingsDocument): ReadHostFacts {
  const { host } = values;
  if (host === undefined) return { host: NO_FACTS, diagnostics: [] };
  if (!isPlainObject(host)) {
    return { host: NO_FACTS, diagnostics: [remark(placeOfKey(source, 'host'), { message: '`host` is not an object' })] };
  }
  const wrong = Object.entries(host).filter(([key, value]) => !(key in CHECKS) || !CHECKS[key as keyof HostFacts](value));
  const diagnostics = wrong.map(([key, value]) => {
    const message =
      key in CHECKS ? `\`${JSON.stringify(value)}\` is not a valid value for \`${key}\` of the host` : `unknown key \`${key}\` in \`host\``;
    return remark(placeOfKey(source, key), { message });
  });
  return { host: wrong.length === 0 ? { ...NO_FACTS, ...host } : NO_FACTS, diagnostics };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
