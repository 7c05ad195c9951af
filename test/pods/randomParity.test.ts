/** The claim `backend-parity` of random settings that both of Istio's backends take: equal, or what differs has a name. Nothing is left open.
 *  CHAINWALK_PAIRS=200 CHAINWALK_SEED=7 asks about more of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { istioSettings, type SettingsObject } from '../../src/api/arbitraries/settings.ts';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { withNftables } from '../istio/law/nativeSettings.ts';

const COUNT = Number(process.env.CHAINWALK_PAIRS ?? 10);
const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
const SWITCH = 'native-nftables';
const MILLISECONDS_EACH = 60_000;

async function unnamed(settings: SettingsObject): Promise<readonly string[]> {
  const files = { 'settings.json': JSON.stringify(settings) };
  const { out, err } = await chainwalk(['verify', 'settings.json', '--only', 'backend-parity', '--family', '4,6', '--json'], { files });
  // what nft does not load is a finding where iptables is asked first
  if (out === '' && settings[SWITCH] === true) return unnamed({ ...settings, [SWITCH]: false });
  if (out === '') return [`${err} with ${files['settings.json']}`];
  const { findings } = JSON.parse(out) as VerifyReport;
  return findings.flatMap(({ family, verdict, packets = '', reason }) => {
    const said = reason ?? '';
    const known = verdict === 'holds' || (verdict === 'violated' && /^nft-[\w-]+: /.test(said));
    return known ? [] : [`${family} ${verdict}: ${said} of ${packets}\n  with ${files['settings.json']}`];
  });
}

it(`both backends are equal but for what has a name, for ${COUNT} random settings`, { timeout: COUNT * MILLISECONDS_EACH }, async () => {
  const samples = fc.sample(withNftables(istioSettings()), { numRuns: COUNT, seed: SEED });
  const found: string[] = [];
  for (const settings of samples) found.push(...(await unnamed(settings)));
  expect(found).toEqual([]);
});

it('an answer of a socket whose user nobody knows is named by that', { timeout: MILLISECONDS_EACH }, async () => {
  const settings = {
    istio: '1.30',
    host: { ipv6: true, nameservers: ['127.0.0.53'], users: { 'istio-proxy': '1500' } },
    'inbound-capture-port': '53010',
    'istio-inbound-interception-mode': 'TPROXY',
    'istio-inbound-ports': '48049',
    'istio-service-cidr': '*',
    'redirect-dns': true,
    ISTIO_OUTBOUND_OWNER_GROUPS: '1000',
    [SWITCH]: true,
  };
  expect(await unnamed(settings)).toEqual([]);
});
