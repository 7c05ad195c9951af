/** Which chains a rule leads to. Of 100,000 rules of iptables most are never made: the target's name tells. */

import type { Effect } from '../netfilter/effect.ts';
import { callsIn, everyEffect } from '../netfilter/everyEffect.ts';
import { LinkedRule } from './linkedRule.ts';
import type { Rule, Table } from './ruleset.ts';

export function chainsCalled(rule: Rule, { chains }: Pick<Table, 'chains'>): readonly string[] {
  if (rule instanceof LinkedRule) return rule.target !== undefined && chains.has(rule.target) ? [rule.target] : NONE;
  return callsIn(rule).map(({ chain }) => chain);
}

const NONE: readonly string[] = [];

/** Targets that change nothing in a packet, or end its way. */
const PLAIN: ReadonlySet<string | undefined> = new Set([undefined, 'ACCEPT', 'DROP', 'RETURN', 'REJECT', 'LOG', 'NFLOG']);

const WRITING: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  'setMark',
  'copyMark',
  'setField',
  'conntrack',
  'nat',
  'divert',
  'unmodelled',
]);

/** It may change something in a packet, or what is known of its connection. */
export function mayChangePackets(rule: Rule, { chains }: Pick<Table, 'chains'>): boolean {
  if (rule instanceof LinkedRule) return !PLAIN.has(rule.target) && !chains.has(rule.target ?? '');
  return everyEffect(rule).some(({ kind }) => WRITING.has(kind));
}
