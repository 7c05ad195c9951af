/** Dead rules of long tables, in this process and beside the reading of the same text; each round reads anew, as rules are read lazily. */

import type { Family } from '../../src/packet/address.ts';
import { deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { hostOf } from '../support/host.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { instituteFirewall } from './instituteFirewall.ts';
import { median } from './measure.ts';
import { randomFirewallDump } from './randomFirewall.ts';

const ROUNDS = 5;

export function deadRulesRows(): string[][] {
  return [
    row('dead rules, kube-proxy 10,000 rules', kubeProxyNat(10_000), '<= 1 s'),
    row('dead rules, random firewall 5,000 rules', randomFirewallDump(5000), '<= 1.5 s'),
    row("dead rules, an institute's firewall, 4,000 rules", instituteFirewall({ hosts: 2000, services: 2000, family: 4 }), '<= 1 s'),
    row("dead rules, an institute's firewall of IPv6", instituteFirewall({ hosts: 2000, services: 2000, family: 6 }), '<= 1 s', 6),
  ];
}

function row(work: string, text: string, target: string, family: Family = 4): string[] {
  const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }] });
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    const ruleset = rulesetOf(text, { family });
    const read = performance.now();
    const { undecided } = deadRules(ruleset, { host });
    if (undecided.length > 0) throw new Error(`${work}: ${undecided.length} rules are undecided`);
    return { own: performance.now() - read, reading: read - start };
  });
  const own = median(rounds.map((round) => round.own));
  const reading = median(rounds.map((round) => round.reading));
  const ratio = median(rounds.map((round) => round.own / round.reading));
  return [work, `${own.toFixed(0)} ms`, 'reading the rules', `${reading.toFixed(0)} ms`, `${ratio.toFixed(2)} x`, target, ''];
}

/** The table with the first service widened and the last endpoint on another port. */
export function editedKubeProxyNat(rules: number): string {
  const lines = kubeProxyNat(rules).split('\n');
  const vip = lines.findIndex((line) => line.startsWith('-A KUBE-SERVICES -d'));
  const endpoint = lines.findLastIndex((line) => line.includes('--to-destination'));
  return lines
    .with(vip, (lines[vip] ?? '').replace('/32', '/31'))
    .with(endpoint, (lines[endpoint] ?? '').replace(':8080', ':8081'))
    .join('\n');
}
