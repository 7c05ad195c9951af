/** Settings of istio-iptables to the rules that Istio writes for them. */
import type { Rendered, Rendering } from '../../istio/render/render.ts';
import { type RenderRequest, renderRequest } from '../../istio/render/request.ts';
import { rulesText } from '../../istio/render/rulesText.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { readRules } from '../../ruleset/readRules.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';

export interface RenderAnswer {
  readonly rendered?: Rendered;
  /** the rules as text; empty: there are none */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly assumptions: readonly Assumption[];
}

export function renderRules(request: RenderRequest): RenderAnswer {
  const { rendered, machine = [], diagnostics }: Rendering = renderRequest(request);
  const text = rendered === undefined ? '' : rulesText(rendered);
  return { ...(rendered !== undefined && { rendered }), text, diagnostics: [...diagnostics, ...refusals(text)], assumptions: machine };
}

/** Istio takes some values unread; what iptables then refuses is refused here too. */
function refusals(text: string): readonly Diagnostic[] {
  if (text === '') return [];
  return readRules({ file: 'rendered', text }, { allowEmpty: true }).diagnostics.filter(isError);
}
