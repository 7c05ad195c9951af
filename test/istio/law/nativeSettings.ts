/** Settings under which Istio writes rules of nftables. */
import fc from 'fast-check';
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { istioSettings } from '../../../src/api/arbitraries/settings.ts';
import { CHANGES, NEWEST } from '../../../src/istio/settings/version.ts';

/** The same settings, in a version of Istio that knows nftables. */
export function withNftables(settings: fc.Arbitrary<SettingsObject>): fc.Arbitrary<SettingsObject> {
  return fc.tuple(settings, fc.nat()).map(([one, pick]): SettingsObject => {
    const isAmbient = String(one.mode ?? '').startsWith('ambient');
    const oldest = isAmbient ? CHANGES.nativeAmbient : CHANGES.nativeNftables;
    const istio = `1.${oldest + (pick % (NEWEST - oldest + 1))}`;
    return { ...one, istio, ...(isAmbient ? { nativeNftables: true } : { 'native-nftables': true }) };
  });
}

export const nftSettings: fc.Arbitrary<SettingsObject> = withNftables(istioSettings());
