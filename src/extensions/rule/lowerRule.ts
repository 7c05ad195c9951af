/** A bound rule in the core language: what it asks clause by clause, and what its target does. */
import type { Effect } from '../../netfilter/effect.ts';
import { ALWAYS, equals, inSet, type MatchExpr, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Conjunct, RuleContext } from '../contract/extension.ts';
import { inNetwork } from '../contract/networkExpr.ts';
import type { NetworkText } from '../shapes/address.ts';
import type { BoundMatch, BoundRule, HostName, Invertible } from './boundRule.ts';

/** What one option of a rule, or one match as a whole, asks. */
export type LoweredClause =
  | { readonly part: 'source' | 'destination' | 'iif' | 'oif' | 'proto' | 'fragment'; readonly expr: MatchExpr }
  | { readonly part: 'hidden'; readonly expr: MatchExpr }
  | { readonly part: BoundMatch; readonly option?: string; readonly expr: MatchExpr };

/** `rule` has one source and one destination: see `expandAddresses`. */
export function lowerClauses(rule: BoundRule, context: RuleContext): readonly LoweredClause[] {
  const clauses: LoweredClause[] = [];
  if (rule.source !== undefined) clauses.push({ part: 'source', expr: addressExpr('src', rule.source) });
  if (rule.destination !== undefined) clauses.push({ part: 'destination', expr: addressExpr('dst', rule.destination) });
  if (rule.iif !== undefined) clauses.push({ part: 'iif', expr: interfaceExpr('iif', rule.iif) });
  if (rule.oif !== undefined) clauses.push({ part: 'oif', expr: interfaceExpr('oif', rule.oif) });
  if (rule.proto !== undefined) clauses.push({ part: 'proto', expr: maybeNot(equals('proto', rule.proto.value), rule.proto) });
  if (rule.fragment !== undefined) clauses.push({ part: 'fragment', expr: maybeNot(LATER_FRAGMENT, rule.fragment) });
  if (rule.hides?.match !== undefined) clauses.push({ part: 'hidden', expr: unmodelled(rule.hides.match) });
  // what a match has written is written, even if a later one does not match
  const writer = rule.matches.findIndex((match) => writtenBy(match) !== undefined);
  for (const [at, match] of rule.matches.entries()) {
    if (writer >= 0 && at > writer) break;
    for (const { option, expr } of lowerMatch(match, { ...context, ruleId: at === 0 ? context.ruleId : `${context.ruleId}.${at}` })) {
      clauses.push(option === undefined ? { part: match, expr } : { part: match, option, expr });
    }
  }
  return clauses;
}

const LATER_FRAGMENT: MatchExpr = inSet('fragOffset', [{ lo: 1, hi: 0x1fff }]);

function lowerMatch({ name, extension, given, opaque }: BoundMatch, context: RuleContext): readonly Conjunct[] {
  if (extension === undefined || opaque !== undefined) return [{ expr: unmodelled(opaque ?? `match \`${name}\``) }];
  return extension.lower(given, context);
}

function maybeNot(expr: MatchExpr, { inverted }: { readonly inverted: boolean }): MatchExpr {
  return inverted ? not(expr) : expr;
}

function addressExpr(field: 'src' | 'dst', option: Invertible<readonly (NetworkText | HostName)[]>): MatchExpr {
  const exprs = option.value.map((value) =>
    'host' in value ? unmodelled(`the addresses of host \`${value.host}\``) : inNetwork(field, value),
  );
  return maybeNot(or(...exprs), option);
}

/** A packet without that interface counts as one with an empty name. kernel net/ipv4/netfilter/ip_tables.c ip_packet_match() */
function interfaceExpr(field: 'iif' | 'oif', option: Invertible<string>): MatchExpr {
  if (option.value === '+') {
    return option.inverted ? unmodelled('`! -i +` is true for iptables-legacy and false for iptables-nft') : ALWAYS;
  }
  if (!option.value.endsWith('+')) return maybeNot(equals(field, option.value), option);
  const prefix = option.value.slice(0, -1);
  return maybeNot(inSet(field, [{ lo: prefix, hi: `${prefix}\uffff` }]), option);
}

/** Why it is not known what a packet is after a match of the rule. */
function writtenBy({ extension, given }: BoundMatch): string | undefined {
  return extension?.writes?.(given);
}

export function lowerTarget({ target, matches, hides }: BoundRule, context: RuleContext): Effect {
  if (hides?.target !== undefined) return { kind: 'unmodelled', reason: hides.target };
  const writer = matches.find((match) => writtenBy(match) !== undefined);
  if (writer !== undefined) return { kind: 'unmodelled', reason: writtenBy(writer) ?? '' };
  if (target === undefined) return { kind: 'continue' };
  if (target.kind !== 'extension') return { kind: target.kind, chain: target.chain };
  const { name, extension, given, opaque } = target.clause;
  if (extension === undefined || opaque !== undefined) return { kind: 'unmodelled', reason: opaque ?? `target \`${name}\`` };
  return extension.lower(given, context);
}

/** `-s a,b -d c,d` stands for four rules, sources first. man iptables(8), -s */
export function expandAddresses(rule: BoundRule): readonly BoundRule[] {
  const { source, destination } = rule;
  if ((source?.value.length ?? 1) === 1 && (destination?.value.length ?? 1) === 1) return [rule];
  const sources = source === undefined ? [undefined] : source.value.map((value) => ({ ...source, value: [value] }));
  const destinations = destination === undefined ? [undefined] : destination.value.map((value) => ({ ...destination, value: [value] }));
  return sources.flatMap((from) =>
    destinations.map((to) => ({
      ...rule,
      ...(from === undefined ? {} : { source: from }),
      ...(to === undefined ? {} : { destination: to }),
    })),
  );
}
