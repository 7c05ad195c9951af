/** Rulesets that the kernel loads. */
import fc from 'fast-check';
import { invariant } from '../../lib/invariant.ts';
import { TABLES, type TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { checkOptions, FAMILY_OPTION, type OptionKinds, TABLE_OPTION } from '../library/options.ts';
import { parse, rulesetsOf } from '../library/rules.ts';
import { drawnRulesText } from './rules.ts';

export interface RulesetOptions {
  /** absent: both, one at a time */
  readonly family?: Family;
  /** absent: any */
  readonly tables?: readonly TableName[];
  /** also `-m set` with the ipsets of `hosts({ sets: true })`; false when absent */
  readonly sets?: boolean;
}

const RULESET_OPTIONS: OptionKinds<RulesetOptions> = {
  family: FAMILY_OPTION,
  tables: { ...TABLE_OPTION, list: true },
  sets: 'flag',
};

/** Rules as iptables-restore text: jumps, NAT, owners, marks, connection states and all else that is modelled, in chains `U1`, `U2` and so on.
 *  They shrink to a few rules in the chains of the kernel.
 *  @throws InputError when an option cannot be used */
export function rulesTexts(given: RulesetOptions = {}): fc.Arbitrary<string> {
  checkOptions(given, RULESET_OPTIONS);
  const { family, ...options } = given;
  return fc.oneof(...familiesOf(family).map((one) => ofFamily(one, options)));
}

/** The same, parsed. A counterexample is printed as its text. */
export function rulesets(given: RulesetOptions = {}): fc.Arbitrary<Ruleset> {
  checkOptions(given, RULESET_OPTIONS);
  const { family, ...options } = given;
  return fc.oneof(...familiesOf(family).map((one) => ofFamily(one, options).map((text) => parsed(text, one))));
}

function familiesOf(family: Family | undefined): readonly Family[] {
  return family === undefined ? [4, 6] : [family];
}

function ofFamily(family: Family, { tables = TABLES, sets = false }: RulesetOptions): fc.Arbitrary<string> {
  return drawnRulesText({ family, tables, sets });
}

function parsed(text: string, family: Family): Ruleset {
  const [ruleset] = rulesetsOf(parse(text, { file: 'generated.rules', family }));
  invariant(ruleset !== undefined, 'generated rules load');
  return { ...ruleset, [fc.toStringMethod]: () => text } as Ruleset;
}
