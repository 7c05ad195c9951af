/** The rules of one side: of a file of rules, of settings, or as a chain of CNI plugins leads to them. */

import { renderRequest } from '../../istio/render/request.ts';
import { routingText, rulesText } from '../../istio/render/rulesText.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import { readRules } from '../../ruleset/readRules.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, textOf } from '../argv/command.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadRules, type RuleFiles } from '../input/rules.ts';
import type { Kind } from './recognise.ts';

export interface RuleFile extends Pick<RuleFiles, 'host'> {
  readonly file: string;
  readonly kind: Extract<Kind, 'rules' | 'settings'>;
}

/** Undefined when they cannot be used, which has been said. */
export async function readRuleFile(call: Call, { file, kind, host }: RuleFile): Promise<readonly Ruleset[] | undefined> {
  const loaded =
    kind === 'rules' ? await loadRules(call, { files: [file], ...(host !== undefined && { host }) }) : await rendered(call, file);
  if (loaded === undefined) return undefined;
  const warnings = loaded.diagnostics.filter(({ kind: of }) => of !== 'not-modelled');
  await showDiagnostics(call, warnings);
  return warnings.some(isError) ? undefined : loaded.rulesets;
}

async function rendered(
  { io, input }: Call,
  file: string,
): Promise<{ readonly rulesets: readonly Ruleset[]; readonly diagnostics: readonly Diagnostic[] } | undefined> {
  const content = await io.read(file);
  if ('problem' in content) return undefined;
  const [mode, istio] = [textOf(input, 'mode'), textOf(input, 'istio')];
  const answer = renderRequest({
    settings: { file, text: content.text },
    ...(mode !== undefined && { mode: mode as Mode }),
    ...(istio !== undefined && { istio }),
  });
  if (answer.rendered === undefined) return { rulesets: [], diagnostics: answer.diagnostics };
  const text = rulesText(answer.rendered) + routingText(answer.rendered);
  const { rulesets, diagnostics } = readRules({ file: `${file}#rendered`, text, rendered: true }, { allowEmpty: true });
  return { rulesets, diagnostics: [...answer.diagnostics, ...diagnostics.filter(isError)] };
}
