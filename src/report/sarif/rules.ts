/** What was requested, as SARIF's rules: from the pages of `explain`. */

import { PAGES } from '../generated/pages.ts';
import type { Page } from '../pages/page.ts';
import { renderPage } from '../pages/render.ts';
import type { FoundProblem } from '../review/problems.ts';
import { PLAIN } from '../text/paint.ts';
import { helpUrl } from './home.ts';
import { plain, sentence } from './text.ts';
import type { SarifLevel, SarifRule } from './types.ts';

/** Names of expected packets are not kinds of problems. */
export function ruleIdOf({ subject, problem }: FoundProblem): string {
  return subject.kind === 'expectations' ? 'expectations' : problem.id;
}

export const LEVELS: Readonly<Record<FoundProblem['problem']['level'], SarifLevel>> = { error: 'error', warning: 'warning', info: 'note' };

/** In the order in which they first occur, with the level of the first: the worst, when the worst come first. */
export function toRules(found: readonly FoundProblem[]): readonly SarifRule[] {
  const firsts = new Map<string, FoundProblem>();
  for (const one of found) if (!firsts.has(ruleIdOf(one))) firsts.set(ruleIdOf(one), one);
  return [...firsts].map(([id, first]) => toRule(id, first));
}

function toRule(id: string, { subject, check, problem }: FoundProblem): SarifRule {
  const page = PAGES.find((one) => one.id === id);
  const statement = subject.kind === 'expectations' ? 'Every packet of the file has its expected outcome.' : check.statement;
  return {
    id,
    shortDescription: { text: plain(sentence(page?.title ?? statement)) },
    fullDescription: { text: plain(statement) },
    help:
      page === undefined
        ? { text: plain(statement) }
        : { text: plain(renderPage(page, { paint: PLAIN, width: 100 })), markdown: markdownPage(page) },
    // names of fields alone have no page
    ...(page === undefined && id !== 'expectations' ? {} : { helpUri: helpUrl(id) }),
    defaultConfiguration: { level: LEVELS[problem.level] },
  };
}

function markdownPage({ title, means, why, see, todo }: Page): string {
  const commands = see.map(({ run, look }) => `* \`${run}\`: ${look}`);
  return [
    `**${sentence(title)}**`,
    means,
    `### Why it happens\n\n${why}`,
    ...(commands.length === 0 ? [] : [`### How to see it\n\n${commands.join('\n')}`]),
    `### What to do\n\n${todo}`,
  ].join('\n\n');
}
