/** Texts of settings of istio-iptables, read as the rules that Istio writes for them. */
import type { Rendering } from '../../istio/render/render.ts';
import { renderRequest } from '../../istio/render/request.ts';
import { routingText, rulesText } from '../../istio/render/rulesText.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import { type ReadRules, readRules } from '../../ruleset/readRules.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';

/** Who writes the rules, and of which version of Istio they are, as the settings would say it. */
export interface SettingReading {
  readonly mode?: Mode;
  readonly istio?: string;
  /** rules of nftables, or of iptables, whatever the settings say */
  readonly native?: boolean;
  /** who the proxy is, where the settings leave it to the machine */
  readonly proxyUid?: number;
}

export interface RenderedTexts {
  /** `settings.json#rendered:17` is a line of what was rendered */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Settings that cannot be used give no rules. */
export function renderTexts(settings: readonly Source[], reading: SettingReading): RenderedTexts {
  const found: Diagnostic[] = [];
  const sources = settings.map((origin): Source => {
    const { rendered, machine, diagnostics } = renderRequest({ settings: origin, ...reading });
    found.push(...diagnostics);
    const text = rendered === undefined || diagnostics.some(isError) ? '' : rulesText(rendered);
    return { file: `${origin.file}#rendered`, text, origin, ...ofMachine(machine) };
  });
  return { sources, diagnostics: found };
}

/** That its proxy's user is not known is said with every answer from these rules. */
function ofMachine(machine: Rendering['machine']): Pick<Source, 'machine'> {
  return machine === undefined || machine.length === 0 ? {} : { machine: true };
}

/** The rules of one text of settings, with the routing that Istio adds beside them. */
export function readSettingText(settings: Source, reading: SettingReading): ReadRules {
  const { rendered, machine, diagnostics: about } = renderRequest({ settings, ...reading });
  if (rendered === undefined) return { rulesets: [], diagnostics: about };
  const text = rulesText(rendered) + routingText(rendered);
  const source: Source = { file: `${settings.file}#rendered`, text, rendered: true, ...ofMachine(machine) };
  const { rulesets, diagnostics } = readRules(source, { allowEmpty: true });
  return { rulesets, diagnostics: [...about, ...diagnostics.filter(isError)] };
}
