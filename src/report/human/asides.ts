/** What is listed in detail alone: hints, and what is suppressed. */
import { type Group, groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { ruleBody, ruleLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';

interface AsideStyle {
  readonly paint: Paint;
  readonly width: number;
}

export function suppressedLines({ rulesets }: Verified, findings: readonly Finding[], { paint, width }: AsideStyle): readonly string[] {
  const lines = findings.map(({ claim, family, blame: [rule], muted }) => {
    const file = rulesets.find((one) => one.family === family)?.source.file ?? '';
    const at = rule === undefined ? '' : ` ${ruleLine(rule, file)}`;
    return `  ${paragraph({ text: `${claim}${at}: ${printable(muted?.reason ?? '')}`, width: width - 2, hang: 4 })}`;
  });
  return [paint.bold(`${findings.length} suppressed:`), ...lines];
}

/** Each hint; those of which the same is said of many rules with the places of these. */
export function asideLines({ rulesets }: Verified, asides: readonly Finding[], { paint, width }: AsideStyle): readonly string[] {
  const alike = [...groupBy(asides, (finding) => (finding.witness === undefined ? sameSaid(finding) : finding)).values()];
  // a few are shown one by one
  const groups = alike.flatMap((group): readonly Group<Finding>[] => (group.length > MOST_ALIKE ? [group] : group.map((one) => [one])));
  const lines = groups.map(([finding, ...others]) => {
    const file = rulesets.find(({ family }) => family === finding.family)?.source.file ?? '';
    const more = others.length === 0 ? '' : `; the same for ${plural(others.length, 'more rule')}${linesOf(others)}`;
    return `  ${paragraph({ text: `${asideText(finding, file)}${more}`, width: width - 2, hang: 4 })}`;
  });
  return [paint.bold(`${plural(asides.length, 'hint')}:`), ...lines];
}

function linesOf(findings: readonly Finding[]): string {
  const lines = [...new Set(findings.flatMap(({ blame }) => blame.slice(0, 1).map(({ line }) => line)))];
  return lines.length === 0 ? '' : ` in ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
}

const MOST_ALIKE = 3;

function sameSaid({ claim, family, reason }: Finding): string {
  return JSON.stringify([claim, family, reason]);
}

/** Packets where there are some, or else the rules. */
function asideText({ claim, blame, reason, packets, witness }: Finding, file: string): string {
  if (witness !== undefined) {
    return `${claim}: ${[reason, `for ${packets}`].filter((part) => part).join(', ')}; such as ${packetText(witness.packet)}`;
  }
  const rules = blame.map((rule) => `${ruleLine(rule, file)} ${ruleBody(rule)}`).join('; ');
  return `${claim}: ${[rules, reason].filter((part) => part).join(': ')}`;
}
