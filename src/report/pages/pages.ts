/** All pages of `explain`, in the order in which they are listed. */
import { CAPTURE_CLAIM_PAGES } from './claimsCapture.ts';
import { OTHER_CLAIM_PAGES } from './claimsOther.ts';
import { POD_CLAIM_PAGES } from './claimsPod.ts';
import { STRUCTURE_CLAIM_PAGES } from './claimsStructure.ts';
import { COMMAND_PAGES } from './commands.ts';
import { DIAGNOSTIC_PAGES } from './diagnostics.ts';
import { FATE_PAGES } from './fates.ts';
import { FILE_PAGES } from './files.ts';
import { LOST_PAGES } from './lost.ts';
import { OUTCOME_PAGES } from './outcomes.ts';
import type { Page } from './page.ts';
import { STEP_PAGES } from './steps.ts';

export const PAGES: readonly Page[] = [
  ...COMMAND_PAGES,
  ...FILE_PAGES,
  ...CAPTURE_CLAIM_PAGES,
  ...OTHER_CLAIM_PAGES,
  ...STRUCTURE_CLAIM_PAGES,
  ...POD_CLAIM_PAGES,
  ...OUTCOME_PAGES,
  ...FATE_PAGES,
  ...LOST_PAGES,
  ...STEP_PAGES,
  ...DIAGNOSTIC_PAGES,
];
