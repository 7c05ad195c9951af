/** docs/claims.md: a page for every id that a finding may have. */
import { PAGES } from '../generated/pages.ts';
import type { PageGroup } from '../pages/page.ts';
import { markdownPages } from './markdownPages.ts';

const GROUPS: readonly PageGroup[] = ['claim', 'finding', 'diagnostic', 'exception', 'parity', 'analysis'];

export function claimsDocument(): string {
  const pages = GROUPS.flatMap((group) => PAGES.filter((page) => page.group === group));
  const intro = [
    '# Claims',
    '<!-- Written by `npm run docs` from the pages of `chainwalk explain`. -->',
    'What `verify`, `diff` and `ci` report, under the names that reports, suppressions and `claims.levels` use. The same pages, and those on symptoms, outcomes, ports and commands: `chainwalk explain`, all of them with `chainwalk explain --all -o markdown`.',
  ];
  return `${intro.join('\n\n')}\n\n${markdownPages(pages)}`;
}
