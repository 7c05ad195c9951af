/** The packets of every failure scenario, each leg of their journeys, put to the kernel: what it does is what the simulator says. */
import { afterAll, describe, expect, test } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { hostNames } from '../../src/host/host.ts';
import { podHost } from '../../src/injection/podRules/podHost.ts';
import { PROFILES } from '../../src/mesh/allProfiles.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { print } from '../../src/ruleset/print.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { transparentPorts } from '../../src/ruleset/transparentPorts.ts';
import { enrolAll } from '../istio/pod/read.ts';
import { manifestOf, rulesWorld } from '../istio/pod/scenarioSetup.ts';
import { SCENARIOS, type Scenario } from '../istio/pod/scenarios.ts';
import { profileOf } from '../support/assumed.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetsOf } from '../support/rulesets.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { BACKENDS, loadAll } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';
import { type Oracle, openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';

interface World {
  readonly rulesets: readonly Ruleset[];
  readonly host: HostJson;
  readonly profile: string | undefined;
}

async function worldOf({ setup }: Scenario): Promise<World> {
  if (!('pod' in setup)) {
    const { text, host } = rulesWorld(setup);
    const rulesets = rulesetsOf(text, hostNames(hostOf(host)));
    return { rulesets, host: host as unknown as HostJson, profile: optionOf(setup.options, '--profile') ?? profileOf(rulesets)?.name };
  }
  const { pod, values, options } = setup;
  const [enrolment] = await enrolAll({
    pods: manifestOf(pod),
    approach: (optionOf(options, '--mode') ?? 'init') as Parameters<typeof enrolAll>[0]['approach'],
    ...(values !== undefined && { values }),
    istio: optionOf(options, '--istio') ?? '1.31',
  });
  if (enrolment === undefined) throw new Error('the manifest has no pod');
  const { rulesets, profile, inMesh } = renderPod(enrolment);
  const host = podHost(enrolment.facts, transparentPorts(rulesets));
  return { rulesets, host: host as unknown as HostJson, profile: inMesh ? profile : undefined };
}

function optionOf(options: readonly string[] = [], name: string): string | undefined {
  return options.includes(name) ? options[options.indexOf(name) + 1] : undefined;
}

/** Each leg of the packet's journey, and the outcome. */
function legsOf({ host: description, profile: name }: World, ruleset: Ruleset, text: string) {
  const host = hostOf(description);
  const profile = PROFILES.find((one) => one.name === name);
  const { paths, outcome } = walkJourney(ruleset, packetOf(text, host), { host, connection: 'data', ...(profile && { profile }) });
  return { outcome, packets: paths.flatMap(({ legs }) => legs.map(({ walk }): Packet => walk.packet)) };
}

const FOUGHT = SCENARIOS.filter(({ packets }) => Object.keys(packets).length > 0);

describe.runIf(kernelHere()).each(BACKENDS)('failure scenarios in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  const asked = { packets: 0 };
  afterAll(() => oracle?.close());

  test.each(FOUGHT.map((one) => [`${one.number}. ${one.title}`, one] as const))('%s', { timeout: 60_000 }, async (_, scenario) => {
    const world = await worldOf(scenario);
    // conntrack that earlier rules of a namespace have switched on goes off a moment after them: no rules, a namespace of one's own
    if (world.rulesets.every((ruleset) => print(ruleset) === '')) {
      await oracle?.close();
      oracle = undefined;
    }
    oracle ??= openOracle(backend);
    for (const [text, outcome] of Object.entries(scenario.packets)) {
      const family = packetOf(text, hostOf(world.host)).family;
      const ruleset = world.rulesets.find((one) => one.family === family);
      if (ruleset === undefined) throw new Error(`no IPv${family} rules`);
      const legs = legsOf(world, ruleset, text);
      expect(legs.outcome, text).toBe(outcome);
      const pairs = await examine(oracle, {
        host: world.host,
        family,
        rules: { [`v${family}`]: print(ruleset) || '*filter\nCOMMIT\n' },
        packets: legs.packets,
      });
      expect(pairs.filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
      asked.packets += pairs.length;
    }
  });

  test('the chains of a first run stop the second', () => {
    const scenario = SCENARIOS.find(({ number, refused }) => number === 24 && refused !== undefined);
    if (scenario === undefined || 'pod' in scenario.setup) throw new Error('there is no such scenario');
    const { text } = rulesWorld(scenario.setup);
    const v4 = text.split(/^# Generated by ip6tables/m)[0] ?? '';
    expect(loadAll([{ family: 4, backend, text: v4 }], []).map(({ loads }) => loads)).toEqual([false]);
  });

  test('they are many', () => expect(asked.packets).toBeGreaterThan(60));
});
