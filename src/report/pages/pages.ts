/** All pages of `explain`, in the order in which they are listed. */
import { CAPTURE_CLAIM_PAGES } from './claimsCapture.ts';
import { OTHER_CLAIM_PAGES } from './claimsOther.ts';
import { POD_CLAIM_PAGES } from './claimsPod.ts';
import { STRUCTURE_CLAIM_PAGES } from './claimsStructure.ts';
import { COMMAND_PAGES } from './commands.ts';
import { PODS_COMMAND_PAGES } from './commandsOfPods.ts';
import { RULES_COMMAND_PAGES } from './commandsOfRules.ts';
import { DIAGNOSTIC_PAGES } from './diagnostics.ts';
import { EXCEPTION_PAGES } from './exceptions.ts';
import { EXCEPTION_PAGES_OF_MODES } from './exceptionsOfModes.ts';
import { FATE_PAGES } from './fates.ts';
import { FILE_PAGES } from './files.ts';
import { FORMAT_PAGES } from './formats.ts';
import { LOST_PAGES } from './lost.ts';
import { NOTATION_PAGES } from './notation.ts';
import { OUTCOME_PAGES } from './outcomes.ts';
import type { Page } from './page.ts';
import { STEP_PAGES } from './steps.ts';

export const PAGES: readonly Page[] = [
  ...RULES_COMMAND_PAGES,
  ...COMMAND_PAGES,
  ...PODS_COMMAND_PAGES,
  ...NOTATION_PAGES,
  ...FILE_PAGES,
  ...FORMAT_PAGES,
  ...CAPTURE_CLAIM_PAGES,
  ...OTHER_CLAIM_PAGES,
  ...STRUCTURE_CLAIM_PAGES,
  ...POD_CLAIM_PAGES,
  ...EXCEPTION_PAGES,
  ...EXCEPTION_PAGES_OF_MODES,
  ...OUTCOME_PAGES,
  ...FATE_PAGES,
  ...LOST_PAGES,
  ...STEP_PAGES,
  ...DIAGNOSTIC_PAGES,
];
