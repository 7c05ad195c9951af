/** Containers and virtual machines behind an interface of the host: whose rules speak of it, or who is described with it. */

import { isGuestInterface, usualGuestAddress, withInterfaces } from '../../host/guestInterface.ts';
import type { Host } from '../../host/host.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, inSet } from '../../netfilter/matchExpr.ts';
import { familyOf, parseAddress, parsePrefix, prefixRange } from '../../packet/address.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import { pointsOf, shapeOf } from '../../ruleset/ruleShape.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Preferences } from '../../symbolic/words/witness.ts';
import type { FateScope, Judgement, Violation } from './claim.ts';
import type { ProofContext } from './context.ts';
import { expectFates } from './expectFates.ts';
import { isNew, isOutside } from './scopes.ts';

export interface Guests {
  /** that the mesh was told of, and the others */
  readonly rerouted: readonly string[];
  readonly others: readonly string[];
  /** the rules on the host with these interfaces, which passes on what guests send */
  readonly context: ProofContext;
  /** what was assumed of the host */
  readonly notes: readonly string[];
}

const KNOWN = new WeakMap<ProofContext, Guests>();

/** Claims about guests share it. */
export function guestsOf(context: ProofContext): Guests {
  const known = KNOWN.get(context) ?? findGuests(context);
  KNOWN.set(context, known);
  return known;
}

function findGuests(context: ProofContext): Guests {
  const { host, declared } = context;
  const rerouted = declared.virtualInterfaces;
  const uplinks = host.routes.flatMap(({ to, dev }) => (to.length === 0 && dev !== undefined ? [dev] : []));
  const named = [...host.interfaces.map(({ name }) => name), ...interfacesInRules(context)];
  const others = [...new Set(named)].filter((name) => isGuestInterface(name) && !rerouted.includes(name) && !uplinks.includes(name));
  const missing = [...rerouted, ...others].filter((name) => !host.interfaces.some((nic) => nic.name === name));
  const mayForward = forwardingOf(host, context.ruleset.family) === undefined;
  if (missing.length === 0 && !mayForward) return { rerouted, others, context, notes: [] };
  const added = missing.map((name, index) => ({ name, addresses: [parsePrefix(usualGuestAddress(name, index)) ?? []].flat() }));
  const around = withInterfaces(host, added, mayForward);
  const notes = added.map(
    ({ name }, index) => `the host is assumed to have the interface ${name} with ${usualGuestAddress(name, index)}, which its rules name`,
  );
  const forwards = mayForward ? ['the host is assumed to pass on what guests behind its virtual interfaces send (ip_forward)'] : [];
  return { rerouted, others, context: context.on(around), notes: [...notes, ...forwards].map((note) => `${note}; --host says otherwise`) };
}

/** Undefined: it is not given. */
function forwardingOf({ sysctls }: Host, family: 4 | 6): string | undefined {
  return sysctls.get(family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding');
}

function interfacesInRules({ ruleset }: ProofContext): readonly string[] {
  const shapes = everyRule(ruleset).map(shapeOf);
  return [...pointsOf<string>(shapes, 'iif'), ...pointsOf<string>(shapes, 'oif')];
}

/** New packets of a guest behind the interface for another host. */
export function fromGuest({ context }: Guests, iif: string): MatchExpr {
  const { host, ruleset } = context;
  const own = host.interfaces.find(({ name }) => name === iif)?.addresses ?? [];
  const networks = own.filter(({ address }) => familyOf(address) === ruleset.family).map(prefixRange);
  return and(isNew, inSet('src', networks), isOutside(context, 'src'), isOutside(context), equals('mark', 0));
}

/** What breaks is walked on their host. */
export function expectOfGuests({ context, notes }: Guests, scopes: readonly FateScope[]): Judgement {
  const { violations, doubts, ...more } = expectFates(context, scopes);
  return {
    ...more,
    violations: violations.map((one): Violation => (one.kind === 'packets' ? { ...one, context, prefer: guestOn(context, one.iif) } : one)),
    doubts: doubts.map((one) => ({ ...one, set: EMPTY })),
    notes,
  };
}

/** The first address behind the interface. */
export function guestAddress({ host, ruleset }: ProofContext, iif: string | undefined): readonly (number | bigint)[] {
  const own = host.interfaces.find(({ name }) => name === iif)?.addresses ?? [];
  return own.flatMap(({ address }) =>
    familyOf(address) === ruleset.family ? [typeof address === 'bigint' ? address + 1n : address + 1] : [],
  );
}

/** It calls a distant host or its name server. */
function guestOn(context: ProofContext, iif: string | undefined): Preferences {
  const { ruleset } = context;
  const far = parseAddress(ruleset.family === 4 ? '203.0.113.9' : '2001:db8::9');
  return [
    ['src', guestAddress(context, iif)],
    ['dst', far === undefined ? [] : [far]],
  ];
}
