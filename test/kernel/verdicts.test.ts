/** The table of verdicts.ts, in the simulator, and on the kernel where there is one. */
import { afterAll, describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/packet/address.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { dumpOf, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle, OracleAnswer } from './oracle.ts';
import { openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';
import { questionOf } from './question.ts';
import type { Verdict } from './verdicts.ts';
import { VERDICTS } from './verdicts.ts';

function read({ fixture, packet }: Verdict) {
  const { text, host } = readFixture(fixture);
  return { rules: dumpOf(text, 4), host: host as HostJson, packet: packetOf(packet, hostOf(host)) };
}

function endOfWalk({ fate, after }: Walk): string {
  if (fate.kind === 'sent' || fate.kind === 'forwarded') return fate.oif;
  if (fate.kind !== 'delivered') return fate.kind;
  return `${formatAddress(after.dst)}:${after.dport}${fate.transparent ? ` to ${fate.listener}` : ''}`;
}

function endOfAnswer({ fate, tuple_after: after, out_iface, tproxy }: OracleAnswer): string {
  if (fate !== 'local') return out_iface ?? fate;
  return `${after?.dst}:${after?.dport}${tproxy === undefined ? '' : ` to ${tproxy.port}`}`;
}

describe('simulator', () => {
  test.each(VERDICTS)('$fixture: $packet ends at $ends', (one) => {
    const { rules, host, packet } = read(one);
    const { walks } = simulate({ ruleset: rulesetOf(rules, { family: 4 }), packet, host: hostOf(host) });
    expect(walks.map(endOfWalk)).toEqual([one.ends]);
  });
});

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  test.each(VERDICTS)('$fixture: $packet ends at $ends', async (one) => {
    oracle ??= openOracle(backend);
    const { rules, host, packet } = read(one);
    const [answer] = await oracle.ask(questionOf(host, { v4: rules }, [packet]));
    expect(answer === undefined ? undefined : endOfAnswer(answer)).toBe(one.ends);
  });
});

describe.runIf(kernelHere())('DNS through conntrack zones', () => {
  const query = 'out udp 10.244.0.5:4242 -> 10.96.0.10:53 uid=1337 gid=1337';
  const answer = 'in udp 10.96.0.10:53 -> 10.244.0.5:4242';
  test.each([
    ['istio-dns-resolvers', 'ESTABLISHED'],
    ['broken/dns-zone-wrong-field', 'NEW'],
    ['broken/dns-no-answer-zone', 'NEW'],
  ])('%s: the answer to the proxy is %s', async (fixture, state) => {
    const oracle = openOracle('nft');
    const { text, host } = readFixture(fixture);
    const packets = [query, answer].map((packet) => packetOf(packet, hostOf(host)));
    const answers = await oracle.ask({ ...questionOf(host as HostJson, { v4: dumpOf(text, 4) }, packets), mode: 'stateful' });
    await oracle.close();
    expect(answers[1]?.ct_state).toBe(state);
  });
});
