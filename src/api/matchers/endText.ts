/** How a packet ended and by which rule, in one line: what a list of failed tests shows. */
import type { Journey, Leg, Path } from '../../connection/journey.ts';
import { printable } from '../../lib/printable.ts';
import { OUTCOME_WORDS } from '../../report/text/labels.ts';
import { ruleGist } from '../../report/text/location.ts';
import { stallText, stoppingGist } from '../../report/text/stall.ts';
import type { Rule } from '../../ruleset/ruleset.ts';

/** `leaves DIRECT by ISTIO_OUTPUT 3 (rules/own.rules:26: -p tcp --dport 5432 -j RETURN)` */
export function endText({ outcome, paths }: Journey, file: string): string {
  const [first] = paths;
  const open = paths.flatMap(({ choices }) => choices).find(({ rule }) => rule !== undefined)?.rule;
  if (outcome === 'undecided' && open !== undefined) return `is UNDECIDED because of ${placedRule(open, file)}`;
  const leg = outcome === 'stalled' ? first?.legs[0] : undefined;
  if (leg !== undefined) return `is STALLED: ${stallText(leg, printable(file))}${stoppingGist(leg)}`;
  const rule = first === undefined || outcome === 'undecided' ? undefined : decidingRule(first);
  const verb = outcome === 'direct' ? 'leaves' : outcome === 'to-app' || outcome === 'to-proxy' ? 'goes' : 'is';
  return `${verb} ${OUTCOME_WORDS[outcome]}${rule === undefined ? '' : ` by ${placedRule(rule, file)}`}`;
}

/** `ISTIO_OUTPUT 3 (rules/own.rules:26: -p tcp --dport 5432 -j RETURN)` */
export function placedRule(rule: Rule, file: string): string {
  return `${printable(rule.chain)} ${rule.number} (${printable(file)}:${rule.line}: ${ruleGist(rule)})`;
}

/** Of what ends later, the last leg's; of what is captured or not, the first one's. Undefined: no rule matched. */
function decidingRule({ outcome, legs }: Path): Rule | undefined {
  const endsLater = ['dropped', 'rejected', 'refused', 'lost', 'forwarded'].includes(outcome);
  const leg = endsLater ? legs.at(-1) : legs[0];
  return leg && ruleOf(leg);
}

/** The rule that ends or rewrites the packet; else the last one that let it pass where destinations are rewritten. */
function ruleOf({ walk: { fate, steps } }: Leg): Rule | undefined {
  if ((fate.kind === 'dropped' || fate.kind === 'rejected') && fate.by !== undefined) return fate.by;
  if (fate.kind === 'dropped') return undefined;
  const rewrites = steps.findLastIndex((step) => step.kind === 'divert' || (step.kind === 'nat' && step.manip === 'dst'));
  const before = rewrites < 0 ? steps : steps.slice(0, rewrites);
  const rules = before.flatMap((step) => (step.kind === 'rule' && step.verdict !== 'JUMP' && step.verdict !== 'GOTO' ? [step] : []));
  if (rewrites >= 0) return rules.at(-1)?.rule;
  const early = rules.filter(({ hook, inNat }) => (hook === 'OUTPUT' || hook === 'PREROUTING') && inNat === true);
  return (early.at(-1) ?? rules.findLast(({ verdict }) => verdict !== 'CONTINUE'))?.rule;
}
