/** Rules that decide nothing: for no packet, whatever came before, or for none differently than the rest of its table.
 *  Istio writes some itself. source: docs/facts/istio.md#rules-of-the-sidecar */

import { walkJourney } from '../../connection/walkJourney.ts';
import { BudgetError } from '../../lib/budget.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { callsIn, isIdleRule } from '../../netfilter/everyEffect.ts';
import { packetText } from '../../packet/notation.ts';
import { asWritten } from '../../ruleset/asWritten.ts';
import { rulesOfTable } from '../../ruleset/everyRule.ts';
import type { Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { SpaceAround } from '../../symbolic/space/space.ts';
import { pickWitness, usualPreferences } from '../../symbolic/words/witness.ts';
import type { DeadRule, UndecidedRule } from '../deadRules/deadRules.ts';
import { deadRules } from '../deadRules/deadRules.ts';
import { MAX_RULES, redundantRules } from '../deadRules/deadRulesRedundant.ts';
import { needlessInOther } from '../deadRules/otherFamily.ts';
import { takenBefore } from '../deadRules/takenBefore.ts';
import type { Claim, Doubtful } from '../proof/claim.ts';
import { type ProofContext, packetsWhere } from '../proof/context.ts';
import { blaming, doubtsOfParts } from './ofRules.ts';

const SAYS: Readonly<Record<DeadRule['how'], string>> = {
  shadowed: 'never matches: earlier rules match first (shadowed)',
  'unreachable-chain': 'never matches: no way leads from a hook to its chain (unreachable-chain)',
  'empty-match': 'never matches: no packet at its hooks can (empty-match)',
};

export const noDeadRule: Claim = {
  id: 'no-dead-rule',
  level: 'info',
  statement: 'Every rule decides something for some packet.',
  judge: (context: ProofContext) => {
    const { ruleset, host, profile, space } = context;
    const { budget } = space;
    const parts = doubtsOfParts(ruleset);
    if (parts.length > 0) return { violations: [], doubts: parts };
    const rulesets = asWritten(ruleset);
    const walked = rulesets.map((one) => deadRules(one, { host, budget }));
    const foundDead = walked.flatMap((one) => one.dead);
    const undecided = walked.flatMap((one) => one.undecided);
    const isIstio = profile?.name.startsWith('istio') === true;
    const artefact = (rule: Rule): string => (isIstio && isArtefact(rule) ? '; Istio writes this rule' : '');
    const tried = rulesets.map((one) => redundantRules(one, { host, budget }));
    const foundNeedless = tried.flatMap(({ rules }) => rules);
    const isNeedless = needlessInOther([...foundDead.map(({ rule }) => rule), ...foundNeedless], context.otherRules, {
      host,
      budget,
    });
    const dead = foundDead.filter(({ rule }) => isNeedless(rule));
    const needless = foundNeedless.filter(isNeedless);
    const shadowed = dead.flatMap(({ rule, how }) => (how === 'shadowed' ? [rule] : []));
    const [unclear, skipped] = [tried.flatMap((one) => one.undecided), tried.flatMap((one) => one.skipped)];
    // those that a mesh itself writes to no purpose are not reported
    const meant = [...shadowed, ...needless].filter((rule) => !isIstio || !isWritten(rule, profile));
    const takers = takersOf(rulesets, meant, { host, budget });
    const before = (rule: Rule, words: string): string => {
      const rules = takers.get(rule) ?? [];
      return rules.length === 0 ? '' : `${words}${named(rules)}`;
    };
    const found = dead.map(({ rule, how }) => ({
      rule,
      why: `${SAYS[how]}${before(rule, ': ')}${exampleOf(context, rule, takers.get(rule) ?? [])}${artefact(rule)}`,
      ...(how === 'shadowed' && !isWritten(rule, profile) && { level: 'warning' as const }),
    }));
    const redundant = needless.map((rule) => ({
      rule,
      why: `redundant: without it every packet is treated the same${before(rule, '; packets that it matches are taken before it by ')}`,
    }));
    const why = (wanted: UndecidedRule['why']): readonly Rule[] => undecided.flatMap((one) => (one.why === wanted ? [one.rule] : []));
    const doubts = [
      doubtOf(why('budget'), 'budget: these rules are too hard'),
      doubtOf([...new Set([...why('unmodelled'), ...unclear])], 'something that is not modelled decides whether they do anything'),
    ];
    return {
      ...blaming([...found, ...redundant]),
      doubts: doubts.flatMap((one) => (one === undefined ? [] : [{ ...one, set: EMPTY }])),
      notes: skipped.map((table) => `table ${table.name}: redundant rules were not looked for, ${tooLarge(table)}`),
    };
  },
};

/** Not of a jump, which is to a chain without effect, and not of a rule for everything at the end. */
function takersOf(rulesets: readonly Ruleset[], rules: readonly Rule[], around: SpaceAround): ReadonlyMap<Rule, readonly Rule[]> {
  const meant = rules.filter((rule) => callsIn(rule).length === 0 && !isIdleRule(rule) && rule.match.kind !== 'always');
  const asked = (one: Ruleset) => meant.filter((rule) => isIn(one, rule));
  return new Map(rulesets.flatMap((one) => [...takenBefore(one, asked(one), around)]));
}

function isIn({ tables }: Ruleset, rule: Rule): boolean {
  return tables.get(rule.table)?.chains.get(rule.chain)?.rules.includes(rule) === true;
}

/** Chains that programs fill. */
const PROGRAMS = /^(?:KUBE-|DOCKER|CNI-|cali-|CILIUM_|FLANNEL-|f2b-|ufw6?-|LIBVIRT_|ts-|NETAVARK|WEAVE|IP-MASQ|nixos-)/;

/** By a mesh or another program: what stands in its chains, and leads there. */
function isWritten({ chain, target = '' }: Rule, profile: MeshProfile | undefined): boolean {
  return [chain, target].some((name) => PROGRAMS.test(name) || profile?.chains.test(name) === true);
}

/** `, such as PACKET`: one that the rule matches and that one of the others takes, walked; empty where none was found. */
function exampleOf(context: ProofContext, rule: Rule, takers: readonly Rule[]): string {
  if (takers.length === 0) return '';
  const { ruleset, host, profile, space } = context;
  const iif = host.interfaces.find(({ name }) => name !== 'lo')?.name;
  const places = [{ dir: 'out' as const }, ...(iif === undefined ? [] : [{ dir: 'in' as const, iif }])];
  try {
    for (const place of places) {
      const set = packetsWhere(context, rule.match, place.dir === 'in' ? { iif: place.iif } : {});
      const packet = pickWitness(space, set, { ...place, preferences: usualPreferences(space, place.dir) });
      if (packet === undefined) continue;
      const { paths } = walkJourney(ruleset, packet, { host, budget: space.budget, ...(profile !== undefined && { profile }) });
      const steps = paths[0]?.legs[0]?.walk.steps ?? [];
      if (steps.some((step) => step.kind === 'rule' && takers.includes(step.rule))) return `, such as ${packetText(packet)}`;
    }
  } catch (error) {
    // the finding does not depend on it
    if (!(error instanceof BudgetError)) throw error;
  }
  return '';
}

const MOST_NAMED = 3;

function named(rules: readonly Rule[]): string {
  const more = rules.length > MOST_NAMED ? ` and ${rules.length - MOST_NAMED} more` : '';
  return `${rules
    .slice(0, MOST_NAMED)
    .map(({ chain, number }) => `${chain}#${number}`)
    .join(', ')}${more}`;
}

function tooLarge(table: Table): string {
  const elements = rulesOfTable(table).length > MAX_RULES ? '' : ' and elements of maps';
  return `which takes too long with more than ${MAX_RULES} rules${elements}`;
}

function doubtOf(rules: readonly Rule[], why: string): Omit<Doubtful, 'set'> | undefined {
  return rules.length === 0 ? undefined : { rules, why };
}

/** Rules by group for lo after those by user that leave nothing over, and a chain that only the other mode calls. */
function isArtefact({ chain, table, text }: Rule): boolean {
  if (table !== 'nat' && table !== 'inet istio-proxy-nat') return false;
  if (/^ISTIO[_-]OUTPUT$/i.test(chain)) return /-o lo .*--(gid|uid)-owner|oifname "lo" .*sk[gu]id/.test(text);
  return /^ISTIO[_-](INBOUND|IN[_-]REDIRECT|REDIRECT)$/i.test(chain);
}
