/** SARIF 2.1.0, within what GitHub's code scanning takes. source: docs.github.com, SARIF results exceed limits */

import { jsonText } from '../../lib/printable.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type FoundProblem, problemsOf, worstFirst } from '../review/problems.ts';
import type { Review, ReviewStyle } from '../review/review.ts';
import { HOME_URL } from './home.ts';
import { physicalLocation } from './locations.ts';
import { toResult } from './result.ts';
import { ruleIdOf, toRules } from './rules.ts';
import { plain } from './text.ts';
import type { SarifNotification, SarifResult } from './types.ts';

/** Of up to 25,000 results GitHub includes these many, and says nothing of the others. */
const MOST_RESULTS = 5_000;
/** With these many characters of results a log is far from 10 MB once it is compressed: paths repeat each other. */
const MOST_CHARACTERS = 50_000_000;

export function sarifLog(review: Review, { version }: Pick<ReviewStyle, 'version'>): string {
  const all = worstFirst(problemsOf(review));
  const found = all.slice(0, MOST_RESULTS);
  const rules = toRules(found);
  const { results, withoutPath } = toResults(found, new Map(rules.map(({ id }, index) => [id, index])));
  const left = all.length - found.length;
  const notifications: readonly SarifNotification[] = [
    ...(left > 0 ? [warning(`${left} less serious problems are left out: GitHub includes ${MOST_RESULTS} results`)] : []),
    ...(withoutPath > 0
      ? [warning(`${withoutPath} less serious results are without the path of their packet, for the size of the log`)]
      : []),
    ...review.diagnostics.map(toNotification),
    ...review.notes.map((note): SarifNotification => ({ level: 'note', message: { text: plain(note) } })),
  ];
  const driver = { name: 'chainwalk', informationUri: HOME_URL, version, semanticVersion: version, rules };
  const invocations = [{ executionSuccessful: !review.diagnostics.some(isError), toolExecutionNotifications: notifications }];
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', invocations, results };
  return jsonText({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] });
}

interface Results {
  readonly results: readonly SarifResult[];
  /** how many lost their code flows */
  readonly withoutPath: number;
}

function toResults(found: readonly FoundProblem[], indexes: ReadonlyMap<string, number>): Results {
  let characters = 0;
  let withoutPath = 0;
  const results = found.map((one): SarifResult => {
    const { codeFlows, ...result } = toResult(one, indexes.get(ruleIdOf(one)) ?? 0);
    if (codeFlows === undefined) return result;
    characters += JSON.stringify(codeFlows).length;
    if (characters <= MOST_CHARACTERS) return { ...result, codeFlows };
    withoutPath++;
    return result;
  });
  return { results, withoutPath };
}

function warning(text: string): SarifNotification {
  return { level: 'warning', message: { text } };
}

function toNotification(diagnostic: Diagnostic): SarifNotification {
  const { kind, message, help, source, span } = diagnostic;
  return {
    level: isError(diagnostic) ? 'error' : 'warning',
    descriptor: { id: kind },
    message: { text: plain(help === undefined ? message : `${message}\n${help}`) },
    ...(!source.rendered && { locations: [{ physicalLocation: physicalLocation({ source, span }) }] }),
  };
}
