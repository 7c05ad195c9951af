/** What is given -> settings: defaults, then the environment, then flags; and what Istio would refuse.
 *  source: istio/istio tools/common/config/config.go FillConfigFromEnvironment */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { ENV_SETTINGS, FLAGS, type Flag } from './flags.ts';
import { readFlagValue } from './goValues.ts';
import { type RawSetting, remark, type SourceLocation } from './settingSource.ts';
import type { HostFacts, Settings } from './settings.ts';
import { type Version, versionName } from './version.ts';

export interface SettingsInput {
  readonly given: readonly RawSetting[];
  readonly version: Version;
  readonly host: HostFacts;
}

export interface ResolvedSettings {
  readonly settings: Settings;
  /** where the value of a setting comes from; absent: it is the default */
  readonly places: ReadonlyMap<string, SourceLocation>;
  readonly diagnostics: readonly Diagnostic[];
}

const DEFAULT_PROXY_UID = '1337';

export function resolveSettings({ given, version, host }: SettingsInput): ResolvedSettings {
  const places = new Map<string, SourceLocation>();
  const diagnostics: Diagnostic[] = [];
  const values: Record<string, string | boolean> = {};
  for (const flag of FLAGS satisfies readonly Flag[] as readonly Flag[]) {
    values[flag.name] = flag.default;
    const fromEnv = flag.env.flatMap((name) => given.filter((one) => one.by === 'env' && one.name === name).slice(-1));
    const fromFlags = given.filter((one) => one.by === 'flag' && one.name === flag.name);
    for (const { by, name, value, place } of version.minor >= (flag.since ?? 0) ? [...fromEnv, ...fromFlags] : []) {
      const read = readFlagValue(flag.kind, value);
      if (read === undefined) {
        // a variable that cannot be read is passed over; a flag was refused when it was read
        if (by === 'env')
          diagnostics.push(remark(place, { kind: 'warning', message: `Istio ignores \`${name}=${value}\`: not a value for it` }));
        continue;
      }
      values[flag.name] = read;
      places.set(flag.name, place);
    }
  }
  for (const setting of ENV_SETTINGS) {
    values[setting.name] = setting.default;
    const last = given.findLast(({ by, name }) => by === 'env' && name === setting.name);
    if (last === undefined) continue;
    if ('since' in setting && version.minor < setting.since) {
      const message = `Istio ${versionName(version)} does not read \`${setting.name}\``;
      diagnostics.push(remark(last.place, { kind: 'warning', message }));
    } else {
      values[setting.name] = last.value;
      places.set(setting.name, last.place);
    }
  }
  return { settings: withIdentity(values as unknown as Settings, host), places, diagnostics };
}

/** No user: that of ENVOY_USER, else the usual one. No group: the same text as the users. */
function withIdentity(settings: Settings, { users }: HostFacts): Settings {
  const uid = settings['proxy-uid'] || (users[settings.ENVOY_USER] ?? DEFAULT_PROXY_UID);
  return { ...settings, 'proxy-uid': uid, 'proxy-gid': settings['proxy-gid'] || uid };
}
