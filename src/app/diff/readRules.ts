/** The rules of one side: of a text of rules, or of settings from which they follow. */
import type { Host } from '../../host/host.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { readRuleTexts } from '../load/ruleTexts.ts';
import { readSettingText } from '../load/settingTexts.ts';
import type { Recognised } from './plan.ts';
import type { ComparedSide } from './side.ts';

export interface SideRules {
  readonly rulesets: readonly Ruleset[];
  /** what is not modelled is said of the packets that it concerns */
  readonly diagnostics: readonly Diagnostic[];
}

export function readSideRules(side: ComparedSide, { source, kind }: Recognised, host: Host | undefined): SideRules {
  const { rulesets, diagnostics } =
    kind === 'rules' ? readRuleTexts({ sources: [source], reading: side.rules }, host) : readSettingText(source, side.settings);
  return { rulesets, diagnostics: diagnostics.filter(({ kind: of }) => of !== 'not-modelled') };
}
