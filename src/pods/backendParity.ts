/** The claim `backend-parity`: the rules that stand and those of Istio's other backend are compared as `diff` compares them, and each difference
 *  is a finding by its name. What depends on a proxy that does not listen is asked on a host where it does not. */
import type { ChangedClass } from '../diff/classes.ts';
import type { Sides } from '../diff/question.ts';
import { diffRulesets } from '../diff/rulesets.ts';
import { levelOf } from '../diff/severity.ts';
import type { Host } from '../host/host.ts';
import { groupBy } from '../lib/groupBy.ts';
import { plural } from '../lib/plural.ts';
import { backendParity } from '../prove/claims/backendParity.ts';
import type { VerifyOptions } from '../prove/judge/verifyRules.ts';
import type { Level } from '../prove/proof/claim.ts';
import type { ProofContext } from '../prove/proof/context.ts';
import type { Finding } from '../prove/proof/finding.ts';
import { handsToSockets } from '../prove/proof/silentProxy.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { withAssumedNames } from './assumedNames.ts';
import { type BackendDifference, backendDifferences, isTakenOnce, LEVEL_OF_DIFFERENCE, TOLD_APART } from './backendDifferences.ts';

/** The same pod or settings, by the other backend. */
export interface OtherBackend {
  /** nftables is the other one */
  readonly native: boolean;
  readonly rulesets: readonly Ruleset[];
  /** why it loads no rules */
  readonly refused?: string;
}

export type BackendAsking = Pick<VerifyOptions, 'where' | 'limits'>;

/** Settings that nft refuses, by what is said of them. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/is a word of nft|interface|\+/, 'nft-interface-name'],
  [/range|port/, 'nft-port-range'],
  [/resolver|nameserver|istio-output-dns/, 'nft-resolvers'],
];

const NOT_COMPARED =
  'backend-parity compares what Istio writes: rules of other programs (nft-own-chains) and tables of an earlier run (nft-left-tables) are not looked at';

/** `other`: or why there is none. */
export function judgeBackends(context: ProofContext, other: OtherBackend | string, asking: BackendAsking): readonly Finding[] {
  const { id: claim, level, statement } = backendParity;
  const about = { claim, level, statement, family: context.ruleset.family, blame: [] } as const;
  if (typeof other === 'string') return [{ ...about, verdict: 'not-applicable', reason: other }];
  if (other.refused !== undefined) {
    const page = REFUSED.find(([says]) => says.test(other.refused ?? ''))?.[1];
    const reason = `${page === undefined ? '' : `${page}: `}${nameOf(other.native)} loads none of the rules: ${other.refused}`;
    return [{ ...about, level: 'error', verdict: 'violated', reason, ...(page !== undefined && { page }) }];
  }
  const { both, notes } = withNames(context, other);
  const found = [...compared(...both, asking), ...whileSilent(...both, asking)].map((one) => ({
    ...about,
    ...one,
    ...(notes.length > 0 && { notes }),
  }));
  return found.length > 0 ? found.toSorted(byLevel) : [{ ...about, verdict: 'holds', notes: [NOT_COMPARED, ...notes] }];
}

type OwnBackend = Pick<ProofContext, 'ruleset' | 'host' | 'profile'>;

function withNames({ ruleset: given, host, profile }: OwnBackend, other: OtherBackend) {
  const numbers = new Map<string, number>();
  const own = withAssumedNames([given], numbers);
  const theirs = withAssumedNames(other.rulesets, numbers);
  const [ruleset = given] = own.rulesets;
  const both = [
    { ruleset, host, profile },
    { ...other, rulesets: theirs.rulesets },
  ] as const;
  return { both, notes: [...new Set([...own.notes, ...theirs.notes])] };
}

type Found = Pick<Finding, 'level' | 'verdict' | 'blame'> & Partial<Finding>;

interface ComparedBackends {
  readonly changes: readonly (readonly [BackendDifference | undefined, readonly ChangedClass[]])[];
  readonly open: readonly Found[];
}

function compared(context: OwnBackend, other: OtherBackend, asking: BackendAsking): readonly Found[] {
  const { changes, open } = comparison(context, other, { ...asking, host: context.host });
  return [...changes.map(([name, classes]) => findingOf(other, name, classes)), ...open];
}

/** Where rules hand packets to sockets: what is let through while there is none. */
function whileSilent(context: OwnBackend, other: OtherBackend, asking: BackendAsking): readonly Found[] {
  const { family } = context.ruleset;
  const rulesets = [context.ruleset, ...other.rulesets.filter((one) => one.family === family)];
  if (!rulesets.some(handsToSockets)) return [];
  const silent: Host = { ...context.host, listeners: context.host.listeners.map((one) => ({ ...one, transparent: false })) };
  const { changes } = comparison(context, other, { ...asking, host: silent });
  return changes.flatMap(([name, classes]) => (name === 'nft-tproxy' ? [findingOf(other, name, classes)] : []));
}

function comparison(
  { ruleset, profile }: OwnBackend,
  { rulesets, native }: OtherBackend,
  { host, where, limits }: BackendAsking & { readonly host: Host },
): ComparedBackends {
  const theirs = rulesets.filter(({ family }) => family === ruleset.family);
  const sides: Sides<readonly Ruleset[]> = native ? { base: [ruleset], head: theirs } : { base: theirs, head: [ruleset] };
  const names = backendDifferences(sides);
  const { diffs } = diffRulesets(sides.base, sides.head, {
    host,
    apart: TOLD_APART,
    ...(profile !== undefined && { profile }),
    ...(where !== undefined && { where }),
    ...(limits !== undefined && { limits }),
  });
  const open = diffs.flatMap(({ undecided, family }) =>
    undecided.map(({ packets, reason, rules }): Found => {
      const name = names?.differenceOfUnclear(family);
      const blame = native ? rules.base : rules.head;
      if (name === undefined) return { level: backendParity.level, verdict: 'undecided', packets, reason, blame };
      return { level: 'info', verdict: 'undecided', packets, reason: `${name}: ${reason}`, blame, page: name };
    }),
  );
  const changes = groupBy(
    diffs.flatMap((diff) => diff.changes),
    (change) => names?.differenceOf(change),
  );
  return { changes: [...changes], open };
}

function findingOf({ native }: OtherBackend, name: BackendDifference | undefined, classes: readonly ChangedClass[]): Found {
  const change = classes.find(({ base, head }) => isTakenOnce(base.path.outcome, head.path.outcome)) ?? classes[0];
  if (change === undefined) return { level: backendParity.level, verdict: 'undecided', blame: [] };
  const { base, head, packets } = change;
  const own = native ? base : head;
  const more = classes.length === 1 ? '' : `, and ${plural(classes.length - 1, 'class', 'classes')} of packets more`;
  const [was, is] = [base.path.outcome, head.path.outcome];
  const ends = was === is ? `${was} with both, with other addresses or another interface` : `${was} with iptables, ${is} with nftables`;
  return {
    level: name === undefined ? worstOf(classes) : LEVEL_OF_DIFFERENCE[name],
    verdict: 'violated',
    packets: `${packets}${more}`,
    witness: own.journey,
    blame: own.rule === undefined ? [] : [own.rule],
    reason: `${name === undefined ? '' : `${name}: `}${ends}`,
    ...(name !== undefined && { page: name }),
  };
}

function worstOf(classes: readonly ChangedClass[]): Level {
  const levels = classes.map(levelOf);
  return levels.includes('error') ? 'error' : backendParity.level;
}

const RANK: readonly Level[] = ['error', 'warning', 'info'];

function byLevel(one: Finding, other: Finding): number {
  return RANK.indexOf(one.level) - RANK.indexOf(other.level);
}

function nameOf(native: boolean): string {
  return native ? 'nftables' : 'iptables';
}
