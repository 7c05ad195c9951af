/** Settings for the law: those that Istio gives a pod with a few changed, and any. */
import fc from 'fast-check';
import { istioSettings, type SettingsObject } from '../../../src/api/arbitraries/settings.ts';

/** As injection passes them. */
export const USUAL: SettingsObject = {
  'istio-service-cidr': '*',
  'istio-inbound-ports': '*',
  'istio-local-exclude-ports': '15090,15021,15020',
  'proxy-uid': '1337',
};

/** Settings that change how others work. */
const MODES: readonly SettingsObject[] = [
  { 'istio-inbound-interception-mode': 'TPROXY' },
  { 'redirect-dns': true },
  { 'redirect-dns': true, 'capture-all-dns': true },
  { host: { ipv6: true, nameservers: ['127.0.0.53', '10.96.0.10'] } },
  { host: { ipv6: true, nameservers: ['10.96.0.10', 'fd00:10:96::a'] } },
];
const MOST_CHANGED = 4;

const fewChanged = fc
  .tuple(istioSettings({ mode: 'sidecar' }), fc.subarray([...MODES], { maxLength: 3 }), fc.array(fc.nat(), { maxLength: MOST_CHANGED }))
  .map(([all, modes, picks]): SettingsObject => {
    const entries = Object.entries(all);
    const changed =
      entries.length === 0 ? [] : picks.flatMap((pick) => [entries[pick % entries.length] ?? []].filter((one) => one.length > 0));
    return Object.assign(
      {},
      USUAL,
      { 'drop-invalid': true },
      ...modes,
      Object.fromEntries(changed as [string, unknown][]),
    ) as SettingsObject;
  });

export const lawSettings: fc.Arbitrary<SettingsObject> = fc.oneof(
  { arbitrary: fewChanged, weight: 4 },
  { arbitrary: istioSettings({ mode: 'sidecar' }), weight: 1 },
);
