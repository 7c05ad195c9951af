/** A problem as a SARIF result. */
import type { FoundProblem } from '../review/problems.ts';
import { sarifFix } from './fixes.ts';
import { codeFlow } from './flow.ts';
import { artifactOf, logicalLocations, physicalLocation } from './locations.ts';
import { LEVELS, ruleIdOf } from './rules.ts';
import { plain, sentence } from './text.ts';
import type { CodeFlow, PhysicalLocation, SarifLocation, SarifResult } from './types.ts';

/** GitHub shows no more of one result. */
const MOST_RELATED = 100;

export function toResult(found: FoundProblem, ruleIndex: number): SarifResult {
  const { subject, problem } = found;
  const { verdict, level, fingerprint, muted, packets, family } = problem;
  const at = whereOf(found);
  const related = relatedLocations(found, at);
  const flows = codeFlows(found, at);
  return {
    ruleId: ruleIdOf(found),
    ruleIndex,
    // SARIF: what is open has no level
    kind: verdict === 'failed' ? 'fail' : 'open',
    level: verdict === 'failed' ? LEVELS[level] : 'none',
    message: { text: plain(messageOf(found)) },
    locations: [
      { physicalLocation: at, ...(problem.blame[0] !== undefined && { logicalLocations: logicalLocations(problem.blame[0].rule) }) },
    ],
    ...(related.length > 0 && { relatedLocations: related }),
    ...(flows.length > 0 && { codeFlows: flows }),
    // GitHub matches alerts by the first name alone
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'chainwalk/v1': fingerprint },
    ...(muted !== undefined && {
      suppressions: [{ kind: muted.by === 'comment' ? 'inSource' : 'external', status: 'accepted', justification: plain(muted.reason) }],
    }),
    ...(problem.fix !== undefined && { fixes: [sarifFix(problem.fix)] }),
    properties: { subject: subject.name, ...(family !== undefined && { family }), ...(packets !== undefined && { packets }) },
  };
}

function whereOf({ subject, problem: { place } }: FoundProblem): PhysicalLocation {
  return place === undefined || place.source.rendered ? artifactOf(subject.file) : physicalLocation(place);
}

function messageOf({ problem: { message, packets, verdict, blame } }: FoundProblem): string {
  const more = blame.length - MOST_RELATED;
  return [
    sentence(message),
    ...(packets === undefined || verdict === 'undecided' ? [] : [`All packets: ${packets}.`]),
    ...(more > 0 ? [`${more} more rules decide.`] : []),
  ].join('\n');
}

function relatedLocations({ problem: { blame } }: FoundProblem, at: PhysicalLocation): readonly SarifLocation[] {
  return blame.slice(0, MOST_RELATED).map(({ place, text, rule }, index) => ({
    id: index + 1,
    message: { text: plain(`${rule.table} ${rule.chain}#${rule.number}: ${text}`) },
    physicalLocation: place.source.rendered ? at : physicalLocation(place),
    logicalLocations: logicalLocations(rule),
  }));
}

function codeFlows({ problem: { witness, before } }: FoundProblem, otherwise: PhysicalLocation): readonly CodeFlow[] {
  const now = witness === undefined ? [] : [codeFlow({ input: witness, otherwise, title: before === undefined ? 'path' : 'after' })];
  return before === undefined ? now : [...now, codeFlow({ input: before, otherwise, title: 'before' })];
}
