/** `chainwalk render --pod FILE`: the rules of the pods of a manifest. */
import { type RenderedPodRules, renderPodTexts } from '../../app/pods/render.ts';
import { routingText, rulesText } from '../../istio/render/rulesText.ts';
import { jsonText, printable } from '../../lib/printable.ts';
import { type CheckDiagnostic, toCheckReport } from '../../report/json/check.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { podTextsOf } from '../input/podTexts.ts';
import { complain } from '../io/messages.ts';

export async function renderPods(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  if (input.args.length > 0 || optionText(input, 'settings') !== undefined || optionText(input, 'mode') === 'ambient-host') {
    await complain(io, { message: '--pod cannot be combined with --settings, arguments of istio-iptables or the mode ambient-host' });
    return EXIT.usage;
  }
  const texts = await podTextsOf(call, [optionText(input, 'pod') ?? '-']);
  if (texts === undefined) return EXIT.usage;
  const { pods, diagnostics } = renderPodTexts(texts);
  await showDiagnostics(call, diagnostics);
  if (formatOf(input, 'rules') === 'json') await io.out.write(`${jsonText(toJson(pods, diagnostics))}\n`);
  else
    for (const one of pods)
      await io.out.write(textOfPod(one, { alone: pods.length === 1, routing: optionIsSet(input, 'withRouting') }), 'exact');
  if (diagnostics.some(isError) || pods.some(({ isUnjudged }) => isUnjudged)) return EXIT.usage;
  return optionIsSet(input, 'strict') && diagnostics.length > 0 ? EXIT.findings : EXIT.ok;
}

interface Form {
  readonly alone: boolean;
  readonly routing: boolean;
}

/** A line before the rules of each pod, unless there is one pod and it has rules. */
function textOfPod({ pod, by, rules: { rendered } }: RenderedPodRules, { alone, routing }: Form): string {
  const captured = rendered !== undefined && rulesText(rendered) !== '';
  const head = alone && captured ? '' : `# ${pod.kind} ${printable(`${pod.namespace}/${pod.name}`)}: ${writtenBy(printable(by))}\n`;
  return head + (rendered === undefined ? '' : rulesText(rendered) + (routing ? routingText(rendered) : ''));
}

function writtenBy(by: string): string {
  return by.startsWith('none: ') ? `no rules: ${by.slice('none: '.length)}` : `rules by ${by}`;
}

/** JSON of the rules of pods. */
export interface RenderPodsReport {
  readonly schema: 'chainwalk/render-pods/v1';
  readonly pods: readonly RenderedPodJson[];
  readonly diagnostics: readonly CheckDiagnostic[];
}

export interface RenderedPodJson {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** who writes the rules; `none: ` and why not */
  readonly by: string;
  /** restore text; null: there are no rules */
  readonly v4: string | null;
  readonly v6: string | null;
  /** commands of nft, which stand for both families; null where Istio writes iptables rules */
  readonly nft: string | null;
  readonly routing: readonly string[];
}

function toJson(pods: readonly RenderedPodRules[], diagnostics: readonly Diagnostic[]): RenderPodsReport {
  return {
    schema: 'chainwalk/render-pods/v1',
    pods: pods.map(({ pod: { kind, namespace, name }, by, rules: { rendered } }) => {
      const { v4 = null, v6 = null, nft = null, routing = [] } = rendered ?? {};
      return { kind, namespace, name, by, v4, v6, nft, routing };
    }),
    diagnostics: toCheckReport(diagnostics).diagnostics,
  };
}
