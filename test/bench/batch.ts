/** Packets per second in one process: with full steps beside the kernel oracle, and evaluation alone. */

import { completePacket } from '../../src/host/completePacket.ts';
import type { Host } from '../../src/host/host.ts';
import { Budget } from '../../src/lib/budget.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { isBase } from '../../src/ruleset/stages.ts';
import type { WalkContext } from '../../src/simulate/carryOut.ts';
import { compiled } from '../../src/simulate/compiled.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { Skb } from '../../src/simulate/skb.ts';
import { walkTable } from '../../src/simulate/walkChain.ts';
import { openOracle } from '../kernel/oracle.ts';
import type { HostJson } from '../kernel/question.ts';
import { questionOf } from '../kernel/question.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { median } from './measure.ts';

const ROUNDS = 5;

/** A mix of what an Istio pod sees; ports differ, so that no two packets are one flow. */
function mixedPackets(host: Host, count: number): readonly Packet[] {
  return Array.from({ length: count }, (_, index) => {
    const sport = 20000 + index;
    const kinds = [
      { dir: 'out', proto: 6, dst: 0xcb00_7109, dport: 443, uid: 1000, gid: 1000, sport },
      { dir: 'out', proto: 6, dst: 0xcb00_7109, dport: 443, uid: 1337, gid: 1337, sport },
      { dir: 'in', proto: 6, src: 0x0af4_0109, dst: 0x0af4_0005, dport: 8080, sport },
      { dir: 'out', proto: 6, dst: 0x0af4_0005, dport: 8080, uid: 1337, gid: 1337, sport },
      { dir: 'out', proto: 17, dst: 0x0a60_000a, dport: 53, uid: 1000, gid: 1000, sport },
    ] as const;
    const { packet, problem } = completePacket(kinds[index % kinds.length] ?? kinds[0], host);
    if (packet === undefined) throw new Error(problem);
    return packet;
  });
}

function perSecond(count: number, work: () => void): number {
  const start = performance.now();
  work();
  return (count / (performance.now() - start)) * 1000;
}

/** Full steps of every packet, simulator against kernel, in turn. */
export async function batchRow(): Promise<string[]> {
  const fixture = readFixture('istio-sidecar');
  const host = hostOf(fixture.host);
  const ruleset = rulesetOf(fixture.text, { family: 4 });
  const packets = mixedPackets(host, 1400);
  const many = Array.from({ length: 30 }, () => packets).flat();
  const question = questionOf(fixture.host as HostJson, { v4: fixture.text }, packets);
  const oracle = openOracle('legacy');
  try {
    await oracle.ask(question);
    simulateAll({ ruleset, host, packets });
    const rounds: { own: number; kernel: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const own = perSecond(many.length, () => simulateAll({ ruleset, host, packets: many }));
      const start = performance.now();
      await oracle.ask(question);
      rounds.push({ own, kernel: (packets.length / (performance.now() - start)) * 1000 });
    }
    const own = median(rounds.map((round) => round.own));
    const kernel = median(rounds.map((round) => round.kernel));
    const ratio = median(rounds.map((round) => round.own / round.kernel));
    return ['batch trace with full steps, Istio', rate(own), 'kernel oracle', rate(kernel), `${ratio.toFixed(0)} x`, '>= 20 x', ''];
  } finally {
    await oracle.close();
  }
}

function simulateAll({
  ruleset,
  host,
  packets,
}: {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly packets: readonly Packet[];
}): void {
  for (const packet of packets) simulate({ ruleset, packet, host });
}

/** One table's verdict alone, no steps kept. */
export function evaluateRows(): string[][] {
  const istio = readFixture('istio-sidecar');
  const host = hostOf(istio.host);
  const kube = rulesetOf(kubeProxyNat(10_000), { family: 4 });
  const one = evaluate({ ruleset: rulesetOf(istio.text, { family: 4 }), host, count: 400_000 });
  const other = evaluate({ ruleset: kube, host, count: 3_000 });
  return [
    ['evaluate nat OUTPUT, Istio', rate(one), '-', '', '', '>= 5 M/s', ''],
    ['evaluate nat OUTPUT, kube-proxy 10,000 rules', rate(other), '-', '', '', '>= 300 k/s', ''],
  ];
}

function evaluate({ ruleset, host, count }: { readonly ruleset: Ruleset; readonly host: Host; readonly count: number }): number {
  const chain = ruleset.tables.get('nat')?.chains.get('OUTPUT');
  if (chain === undefined || !isBase(chain)) throw new Error('no nat OUTPUT');
  const base = compiled(ruleset).base(chain);
  const skbs = mixedPackets(host, 100).map((packet) => Object.assign(new Skb(packet, host), { oif: 'eth0' }));
  const context: WalkContext = {
    hook: 'OUTPUT',
    budget: new Budget({ steps: Number.POSITIVE_INFINITY }),
    choose: () => 1,
    record: () => {},
    detailed: false,
    act: () => 'accept',
  };
  const run = (): void => {
    for (let index = 0; index < count; index++) walkTable(skbs[index % skbs.length] as Skb, base, context);
  };
  run();
  return median(Array.from({ length: ROUNDS }, () => perSecond(count, run)));
}

function rate(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M/s` : `${(value / 1e3).toFixed(value >= 1e5 ? 0 : 1)} k/s`;
}
