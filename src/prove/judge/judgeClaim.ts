/** Checks claims and makes findings: proofs, or a replayed packet that breaks the claim. */

import { NO_PACKET } from '../../connection/askedPackets.ts';
import type { Outcome } from '../../connection/journey.ts';
import { packetWords } from '../../connection/packetWords.ts';
import { BudgetError, budgetReason } from '../../lib/budget.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { forcedKey } from '../../netfilter/firstState.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Judgement, Violation } from '../proof/claim.ts';
import { notYet } from '../proof/claimsInInitPhase.ts';
import type { ProofContext } from '../proof/context.ts';
import type { Finding } from '../proof/finding.ts';
import { notOfOwn } from '../proof/ownScopes.ts';
import { acceptingRule, partsOf } from '../proof/suppressions.ts';
import type { PacketViolation } from './replay.ts';
import { decidingRules, replay } from './replay.ts';

export function judgeClaim(context: ProofContext, claim: Claim): readonly Finding[] {
  const known = { claim: claim.id, level: claim.level, statement: claim.statement, family: context.ruleset.family } as const;
  const skip =
    (context.whileInit === undefined ? undefined : notYet(claim, context.whileInit)) ??
    notOfOwn(context, claim.id) ??
    claim.skip?.(context);
  if (skip !== undefined) return [{ ...known, verdict: 'not-applicable', blame: [], reason: skip }];
  try {
    return checked(context, claim, known);
  } catch (error) {
    if (error instanceof BudgetError) return [{ ...known, verdict: 'undecided', blame: [], reason: budgetReason(error) }];
    throw error;
  }
}

function checked(context: ProofContext, claim: Claim, known: About): readonly Finding[] {
  const judgement = claim.judge(context);
  const about = judgement.notes === undefined ? known : { ...known, notes: judgement.notes };
  return partsOf(context, claim.id, judgement).flatMap((part) =>
    findingsOf(context, about, part.judgement).map((finding) => (part.muted === undefined ? finding : { ...finding, muted: part.muted })),
  );
}

type About = Pick<Finding, 'claim' | 'level' | 'statement' | 'family' | 'notes'>;

function findingsOf(context: ProofContext, about: About, judgement: Judgement): readonly Finding[] {
  const acceptedAt = (part: Partial<Judgement>, blame: readonly Rule[]): Pick<Finding, 'acceptAt'> => {
    const rule = acceptingRule(context, { violations: [], doubts: [], ...part }, blame);
    return rule === undefined ? {} : { acceptAt: rule };
  };
  const violated = groups(judgement.violations).map((group): Finding => {
    const [first] = group;
    if (first?.kind === 'rule') {
      const blame = group.flatMap((one) => (one.kind === 'rule' ? (one.rule ?? []) : []));
      const reason = first.together?.(blame) ?? first.why;
      const level = first.level ?? about.level;
      return { ...about, level, verdict: 'violated', blame, ...acceptedAt({ violations: group }, blame), reason };
    }
    const within = (first?.kind === 'packets' ? first.context : undefined) ?? context;
    const shown = witnessed(within, about.claim, group as readonly PacketViolation[]);
    const level = first?.level ?? about.level;
    return { ...about, level, verdict: 'violated', ...shown, ...acceptedAt({ violations: group }, shown.blame) };
  });
  if (violated.length > 0) return violated;
  if (judgement.doubts.length > 0) {
    const set = context.space.manager.any(judgement.doubts.map((doubt) => doubt.set));
    const rules = [...new Set(judgement.doubts.flatMap((doubt) => doubt.rules))];
    const reason = [...new Set(judgement.doubts.map(({ why }) => why))].join('; ');
    // doubts about rules have no packets of their own
    const packets = set === EMPTY ? {} : { packets: packetWords(context.space, { set, dir: 'out' }) };
    return [{ ...about, verdict: 'undecided', blame: rules, ...acceptedAt({ doubts: judgement.doubts }, rules), ...packets, reason }];
  }
  if (context.asksNothing) return [{ ...about, verdict: 'not-applicable', blame: [], reason: NO_PACKET }];
  if (judgement.vacuous === true) return [{ ...about, verdict: 'not-applicable', blame: [], reason: 'no packet is one that it is about' }];
  return [{ ...about, verdict: 'holds', blame: [] }];
}

/** Packets of one direction and interface are one finding; so is each rule, but for those that belong together. */
function groups(violations: readonly Violation[]): readonly (readonly Violation[])[] {
  const keyOf = (violation: Violation): unknown =>
    violation.kind === 'rule'
      ? (violation.together ?? violation)
      : [violation.dir, violation.iif, violation.forced?.state, violation.forced?.connmark, violation.apart].join(' ');
  return [...groupBy(violations, keyOf).values()];
}

/** What people should see first: the worst, and what they know. */
const TELLING: readonly Outcome[] = [
  'loop',
  'to-app',
  'direct',
  'captured-out',
  'captured-in',
  'dns',
  'dropped',
  'rejected',
  'refused',
  'forwarded',
];

function mostTelling(group: readonly PacketViolation[]): PacketViolation | undefined {
  const rank = ({ outcome }: PacketViolation): number => (TELLING.includes(outcome) ? TELLING.indexOf(outcome) : TELLING.length);
  return group.toSorted((a, b) => rank(a) - rank(b))[0];
}

function witnessed(
  context: ProofContext,
  claim: string,
  group: readonly PacketViolation[],
): Pick<Finding, 'witness' | 'blame' | 'packets' | 'reason'> {
  const { manager } = context.space;
  const first = mostTelling(group);
  if (first === undefined) return { blame: [] };
  const alike = group.filter(
    (one) => one.outcome === first.outcome && one.why === first.why && forcedKey(one.forced) === forcedKey(first.forced),
  );
  const whole: PacketViolation = {
    ...first,
    set: manager.any(group.map(({ set }) => set)),
  };
  const witness = replay(context, { ...first, set: manager.any(alike.map(({ set }) => set)) });
  const deciding = first.blame ?? (first.aside === undefined ? decidingRules(witness, claim) : []);
  const blame = deciding.length > 0 ? deciding : first.by === undefined ? [] : [first.by];
  const { set, dir, iif, why, forced } = whole;
  return {
    witness,
    blame,
    ...(why === undefined ? {} : { reason: why }),
    packets: packetWords(context.space, { set, dir, ...(iif !== undefined && { iif }), isLater: forced !== undefined }),
  };
}
