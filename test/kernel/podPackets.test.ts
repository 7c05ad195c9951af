/** Packets of pods whose host follows from their manifests, put to the kernel: guests behind an interface that an annotation names, and a
 *  family for which no rules are written. */
import { afterAll, describe, expect, test } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { podHost } from '../../src/injection/podRules/podHost.ts';
import { profileNamed } from '../../src/mesh/allProfiles.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { emptyRuleset } from '../../src/ruleset/emptyRuleset.ts';
import { print } from '../../src/ruleset/print.ts';
import { enrolAll } from '../istio/pod/read.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { BACKENDS } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';
import { type Oracle, openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';

const GUESTS = `kind: Pod
metadata: {name: a, annotations: {traffic.sidecar.istio.io/kubevirtInterfaces: docker0, proxy.istio.io/config: 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}'}}
spec: {containers: [{name: app}]}
`;
const DUAL = `kind: Pod
metadata: {name: a}
spec: {containers: [{name: app}]}
status: {podIPs: [{ip: 10.244.0.5}, {ip: "fd00:10:244::5"}]}
`;
const BRIDGE = { interfaces: [{ name: 'docker0', addresses: ['172.17.0.1/16'] }], sysctls: { 'net.ipv4.ip_forward': '1' } };

const CASES = [
  [
    'guests',
    GUESTS,
    4,
    {
      'in udp 172.17.0.2 -> 10.96.0.10:53 iif=docker0': 'forwarded',
      'in tcp 172.17.0.2 -> 240.240.15.240:443 iif=docker0': 'captured-out',
    },
  ],
  ['IPv6 without rules', DUAL, 6, { 'out tcp -> [2001:db8::1]:443': 'direct', 'in tcp -> [fd00:10:244::5]:8080': 'to-app' }],
  ['IPv4 beside it', DUAL, 4, { 'out tcp -> 203.0.113.9:443': 'captured-out', 'in tcp -> 10.244.0.5:8080': 'captured-in' }],
] as const;

describe.runIf(kernelHere()).each(BACKENDS)('pods in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(CASES)('%s', { timeout: 60_000 }, async (_, pods, family, ends) => {
    const [enrolment] = await enrolAll({ pods, approach: 'init' });
    if (enrolment === undefined) throw new Error('the manifest has no pod');
    const pod = renderPod(enrolment);
    const described = podHost(enrolment.facts, []);
    const around = pods === GUESTS ? { ...described, ...BRIDGE, interfaces: [...described.interfaces, ...BRIDGE.interfaces] } : described;
    const host = around as unknown as HostJson;
    const source = pod.rulesets[0]?.source ?? { file: 'rules', text: '' };
    const ruleset = pod.rulesets.find((one) => one.family === family) ?? emptyRuleset(family, source);
    const profile = profileNamed(pod.profile);
    // a namespace that has had rules keeps their connection tracking for a moment
    await oracle?.close();
    oracle = openOracle(backend);
    for (const [text, outcome] of Object.entries(ends)) {
      const place = hostOf(host);
      const journey = walkJourney(ruleset, packetOf(text, place), { host: place, ...(profile && { profile }) });
      expect(journey.outcome, text).toBe(outcome);
      const packets = journey.paths.flatMap(({ legs }) => legs.map(({ walk }) => walk.packet));
      const pairs = await examine(oracle, { host, family, rules: { [`v${family}`]: print(ruleset) || '*filter\nCOMMIT\n' }, packets });
      expect(pairs.filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
    }
  });
});
