/** Rules of one likeness are checked once. The meaning of the others is made when a caller asks: of kube-proxy's 70,000 rules `check` asks for
 *  none, which is a third of its time. */
import type { ChainOf, HookLimit, Need } from '../expressions/contract/building.ts';
import type { TableContext } from '../expressions/contract/context.ts';
import { type LoweredRule, lowerRule } from '../expressions/rule/lowerRule.ts';
import type { NftLikeness, NftRuleNode, NftStatement } from '../syntax/nft/ast.ts';
import { eachNamed } from '../syntax/nft/definedLater.ts';
import type { Span } from '../syntax/text/source.ts';

/** What a rule asks of its table; its meaning, where it was made. */
export interface CheckedRule extends Pick<LoweredRule, 'needs' | 'limits' | 'jumps'> {
  readonly lowered?: LoweredRule;
}

interface Alike {
  readonly needs: readonly Need[];
  /** by the statement that they are for */
  readonly limits: readonly { readonly limit: HookLimit; readonly of: number }[];
}

/** Of the rules of one table for one family, by how the sets are made that they name. `alone`: another rule tells nothing of this one. */
export type KnownAlike = Map<NftLikeness, Map<string, Alike | 'alone'>>;

interface Checking {
  readonly context: TableContext;
  readonly ruleId: string;
  readonly chainOf: ChainOf;
  readonly alike: KnownAlike;
}

export function checkRule(rule: NftRuleNode, { context, ruleId, chainOf, alike }: Checking): CheckedRule {
  const { like } = rule;
  const ofLike = like && (alike.get(like) ?? new Map<string, Alike | 'alone'>());
  if (like !== undefined && ofLike !== undefined) alike.set(like, ofLike);
  const sets = like?.namesSets === true ? setsOf(rule, context) : '';
  const known = ofLike?.get(sets);
  if (known !== undefined && known !== 'alone')
    return { needs: known.needs, limits: known.limits.map(({ limit, of }) => limitOf(rule, limit, of)), jumps: jumpsIn(rule, chainOf) };
  let silent = true;
  const report: TableContext['report'] = (finding) => {
    silent = false;
    context.report(finding);
  };
  const lowered = lowerRule(rule, { ruleId, ...context, report }, chainOf);
  if (known === undefined) ofLike?.set(sets, (silent && alikeOf(rule, lowered, chainOf)) || 'alone');
  const { needs, limits, jumps } = lowered;
  return { needs, limits, jumps, lowered };
}

/** What of these sets may decide whether the rule loads. */
function setsOf({ statements }: NftRuleNode, context: TableContext): string {
  const names: string[] = [];
  eachNamed(statements, ({ of, key }) => {
    if (of === 'sets') names.push(key);
  });
  return names.map((name) => `${names.indexOf(name)} ${madeAs(name, context)}`).join(';');
}

/** Of a set with elements its name, which no other has: they may decide. */
function madeAs(name: string, { sets, changedSets }: TableContext): string {
  const set = sets.get(name);
  if (set === undefined || set.elements.length > 0 || set.statements.length > 0) return name;
  const { kind, key, value, flags, timeout, gcInterval, size, policy } = set;
  if (!('types' in key) || (value !== undefined && !('types' in value))) return name;
  const words = [...key.types, undefined, ...(value?.types ?? []), undefined, ...flags, undefined, timeout, gcInterval, size, policy];
  const signs = [kind, set.valueIsInterval, set.autoMerge, changedSets.has(name)];
  return [...signs, ...words.map((word) => word?.text ?? '-')].join(' ');
}

function alikeOf(rule: NftRuleNode, { needs, limits, jumps }: LoweredRule, chainOf: ChainOf): Alike | undefined {
  const read = jumpsIn(rule, chainOf);
  const sameJumps =
    read.length === jumps.length && read.every(({ chain, span }, at) => chain === jumps[at]?.chain && isAt(span, jumps[at].span));
  const placed = limits.map((limit) => ({ limit, of: rule.statements.findIndex((one) => isAt(one, limit.span)) }));
  return sameJumps && placed.every(({ of }) => of >= 0) ? { needs, limits: placed } : undefined;
}

function isAt(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end;
}

function limitOf({ statements }: NftRuleNode, limit: HookLimit, of: number): HookLimit {
  const { start, end } = statements[of] as NftStatement;
  return { ...limit, span: { start, end } };
}

/** Chains that its words name; those of a map elsewhere are not among them. */
function jumpsIn({ statements }: NftRuleNode, chainOf: ChainOf): LoweredRule['jumps'] {
  return statements.flatMap((one): LoweredRule['jumps'] => {
    if (one.kind === 'verdict') return one.chain === undefined ? [] : [{ chain: chainOf(one), span: one.chain }];
    if (one.kind !== 'vmap' || one.to.kind !== 'set') return [];
    return one.to.elements.flatMap(({ value }) =>
      value?.kind === 'verdict' && value.chain !== undefined ? [{ chain: chainOf(value), span: value.chain }] : [],
    );
  });
}
