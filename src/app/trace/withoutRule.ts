/** The rule that decides for a traced packet, where the packet has another outcome in the text without it. */
import type { Outcome } from '../../connection/journey.ts';
import { walkJourney } from '../../connection/walkJourney.ts';
import { documentText, isRuleOf, ruleDocument, withEdits } from '../../fix/ruleDocument.ts';
import { decidingRules } from '../../prove/judge/replay.ts';
import { countRules } from '../../ruleset/count.ts';
import { readRules } from '../../ruleset/readRules.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { TraceSetting } from './setting.ts';
import type { WalkedPacket } from './walkPacket.ts';

/** Longer texts are not read again for one sentence. */
const MOST_RULES = 5000;

/** Undefined: another change is needed, or the text is not plain output of iptables-save. */
export function withoutRule(
  { profile, limits }: TraceSetting,
  { ruleset, walked, outcome }: { readonly ruleset: Ruleset; readonly walked: WalkedPacket; readonly outcome: Outcome },
): Rule | undefined {
  const { journey, host } = walked;
  const [rule] = journey.paths.length === 1 ? decidingRules(journey) : [];
  const { source, family } = ruleset;
  if (rule === undefined || ruleset.beside !== undefined || countRules(ruleset) > MOST_RULES) return undefined;
  const document = ruleDocument(source.text);
  const line = document?.[rule.line - 1];
  if (document === undefined || line === undefined || !isRuleOf(line, rule.chain)) return undefined;
  const outcomeIn = (text: string): Outcome | undefined => {
    const { rulesets, diagnostics } = readRules({ ...source, text }, { family });
    const head = rulesets.find((one) => one.family === family);
    if (head === undefined || diagnostics.some(isError)) return undefined;
    return walkJourney(head, journey.packet, { host, limits: limits?.() ?? {}, connection: 'data', ...(profile && { profile }) }).outcome;
  };
  // read alone, the text has to say what it says among the others
  if (outcomeIn(source.text) !== journey.outcome) return undefined;
  return outcomeIn(documentText(withEdits(document, [{ take: rule.line - 1 }]))) === outcome ? rule : undefined;
}
