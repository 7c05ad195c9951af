/** Of packets that break one claim in several ways, the example is the one that tells most: loops and bypasses before what is dropped. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/connection/journey.ts';
import { istioSidecar } from '../../src/mesh/istioSidecar.ts';
import { and, equals } from '../../src/netfilter/matchExpr.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { inferDeclaration } from '../../src/prove/inferred/infer.ts';
import { judgeClaim } from '../../src/prove/judge/judgeClaim.ts';
import type { Claim, Violation } from '../../src/prove/proof/claim.ts';
import { ProofContext, packetsWhere } from '../../src/prove/proof/context.ts';
import { FORWARDING, filter, nat, USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const listener = (port: number, process: string) => ({ proto: 'tcp', port, process });
const HOST = hostOf({
  ...USUAL,
  ...FORWARDING,
  listeners: [listener(15001, 'proxy'), listener(15006, 'proxy'), listener(15053, 'proxy'), listener(8080, 'app')],
  processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
});
const to = (port: number, target: string, who = '! --uid-owner 1337') =>
  `-A OUTPUT -p tcp --dport ${port} -m owner ${who} -j REDIRECT --to-ports ${target}`;
/** What becomes of a packet to 10.0.0.9 follows from its port. */
const RULES =
  nat(
    to(1, '15001', '! --uid-owner 0'),
    to(2, '8080'),
    to(4, '15001'),
    to(5, '15006'),
    to(6, '15053'),
    to(9, '9999'),
    '-A PREROUTING -p tcp --dport 9 -j REDIRECT --to-ports 9999',
  ) + filter('-A OUTPUT -p tcp --dport 7 -j DROP', '-A OUTPUT -p tcp --dport 8 -j REJECT', '-A FORWARD -p tcp --dport 7 -j DROP');
const SENT: readonly (readonly [Outcome, number])[] = [
  ['loop', 1],
  ['to-app', 2],
  ['direct', 3],
  ['captured-out', 4],
  ['captured-in', 5],
  ['dns', 6],
  ['dropped', 7],
  ['rejected', 8],
  ['refused', 9],
];
const ARRIVING: readonly (readonly [Outcome, number])[] = [
  ['dropped', 7],
  ['refused', 9],
  ['forwarded', 10],
];

const RULESET = rulesetOf(RULES, { family: 4 });
const CONTEXT = new ProofContext({
  ruleset: RULESET,
  host: HOST,
  profile: istioSidecar,
  declared: inferDeclaration({ ruleset: RULESET, host: HOST, profile: istioSidecar }),
});

/** The outcome of the example for a claim that packets to these ports break. */
function shown(broken: readonly (readonly [Outcome, number])[], dir: 'out' | 'in'): string | undefined {
  const place = dir === 'in' ? { iif: 'eth0' } : {};
  const sender =
    dir === 'out' ? [equals('src', parseAddress('10.244.0.5') ?? 0), equals('uid', 1000)] : [equals('src', parseAddress('8.8.8.8') ?? 0)];
  const violations = broken.map(([outcome, port]): Violation => {
    const fields = [equals('proto', 6), equals('flags', 2), equals('dst', parseAddress('10.0.0.9') ?? 0), equals('dport', port)];
    const set = packetsWhere(CONTEXT, and(...sender, ...fields, equals('mark', 0)), place);
    return { kind: 'packets', set, within: set, dir, ...place, outcome, by: undefined };
  });
  const claim: Claim = { id: 'no-redirect-loop', level: 'error', statement: 'It is so.', judge: () => ({ violations, doubts: [] }) };
  const findings = judgeClaim(CONTEXT, claim);
  expect(findings).toHaveLength(1);
  return findings[0]?.witness?.outcome;
}

const pairs = (all: typeof SENT) => all.slice(1).map((later, index) => [all[index] ?? later, later] as const);

describe.each([
  ['out', SENT],
  ['in', ARRIVING],
] as const)('packets that go %s', (dir, all) => {
  it.each(pairs(all))('%s before %s', (first, later) => {
    expect(shown([first, later], dir)).toBe(first[0]);
    expect(shown([later, first], dir)).toBe(first[0]);
  });
});
