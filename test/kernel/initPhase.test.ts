/** Packets of init containers, put to the kernel: before the rules, with rules and no proxy, with rules and a native sidecar that listens. */
import { afterAll, describe, expect, test } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { podHost } from '../../src/injection/podRules/podHost.ts';
import { profileNamed } from '../../src/mesh/allProfiles.ts';
import { inInitPhase } from '../../src/pods/initPhase.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
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

const POD = `kind: Pod
metadata: {name: a}
spec: {containers: [{name: app}], initContainers: [{name: early, securityContext: {runAsUser: 100, runAsGroup: 1000}}]}
`;
const CALL = 'out tcp -> 10.0.9.9:8200 uid=100 gid=1000';
const AS_PROXY = 'out tcp -> 10.0.9.9:8200 uid=1337 gid=1337';
const LOOKUP = 'out udp -> 10.96.0.10:53 uid=100 gid=1000';
const DNS = 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}';

const CASES = [
  ['before', { approach: 'init', istio: '1.31', kubernetes: 32 }, { [CALL]: 'direct', [LOOKUP]: 'direct' }],
  ['before', { approach: 'init', istio: '1.26', kubernetes: 33 }, { [CALL]: 'direct' }],
  ['without-proxy', { approach: 'cni', istio: '1.31', kubernetes: 32 }, { [CALL]: 'refused', [AS_PROXY]: 'direct', [LOOKUP]: 'refused' }],
  ['without-proxy', { approach: 'cni', istio: '1.26', kubernetes: 33 }, { [CALL]: 'refused', [AS_PROXY]: 'direct' }],
  ['with-proxy', { approach: 'cni', istio: '1.27', kubernetes: 33 }, { [CALL]: 'captured-out', [AS_PROXY]: 'direct', [LOOKUP]: 'dns' }],
  ['with-proxy', { approach: 'init', istio: '1.31', kubernetes: 33 }, { [CALL]: 'captured-out', [LOOKUP]: 'dns' }],
] as const;

describe.runIf(kernelHere()).each(BACKENDS)('init containers in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(CASES.map((one) => [`${one[0]}, ${JSON.stringify(one[1])}`, ...one] as const))(
    '%s',
    { timeout: 60_000 },
    async (_, phase, question, ends) => {
      const [enrolment] = await enrolAll({ pods: POD, values: DNS, ...question });
      if (enrolment === undefined) throw new Error('the manifest has no pod');
      const pod = inInitPhase(renderPod(enrolment));
      expect(pod.whileInit?.phase).toBe(phase);
      const described = podHost(enrolment.facts, []);
      const listeners = phase === 'with-proxy' ? (described.listeners ?? []).filter(({ process }) => process === 'proxy') : [];
      const host = { ...described, listeners } as unknown as HostJson;
      const [ruleset] = pod.rulesets;
      const profile = profileNamed(pod.profile);
      if (ruleset === undefined || profile === undefined) throw new Error('no rules');
      // a namespace that has had rules keeps their connection tracking for a moment
      await oracle?.close();
      oracle = openOracle(backend);
      for (const [text, outcome] of Object.entries(ends)) {
        const journey = walkJourney(ruleset, packetOf(text, hostOf(host)), { host: pod.host, profile });
        expect(journey.outcome, text).toBe(outcome);
        const packets = journey.paths.flatMap(({ legs }) => legs.map(({ walk }) => walk.packet));
        const pairs = await examine(oracle, { host, family: 4, rules: { v4: print(ruleset) || '*filter\nCOMMIT\n' }, packets });
        expect(pairs.filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
      }
    },
  );
});
