/** `chainwalk render --pod FILE`: the rules of the pods of a manifest. */
import { enrol, WRITERS } from '../../injection/enrol/enrol.ts';
import { otherMesh } from '../../injection/facts/otherMesh.ts';
import { type PodRules, podRules } from '../../injection/podRules/podRules.ts';
import { refusals } from '../../injection/world/refusals.ts';
import { routingText, rulesText } from '../../istio/render/rulesText.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { jsonText, printable } from '../../lib/printable.ts';
import { toCheckReport } from '../../report/json/check.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadPods } from '../input/loadPods.ts';
import { complain } from '../io/messages.ts';

interface RenderedPod {
  readonly pod: Pod;
  /** who writes the rules, or why nobody does */
  readonly by: string;
  readonly rules: PodRules;
}

export async function renderPods(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  if (input.args.length > 0 || textOf(input, 'settings') !== undefined || textOf(input, 'mode') === 'ambient-host') {
    await complain(io, { message: '--pod goes with neither --settings, nor arguments of istio-iptables, nor the mode ambient-host' });
    return EXIT.usage;
  }
  const loaded = await loadPods(call, [textOf(input, 'pod') ?? '-']);
  if (loaded === undefined) return EXIT.usage;
  const found: Diagnostic[] = [...loaded.diagnostics];
  const pods = loaded.manifests.pods.map((pod): RenderedPod => {
    const enrolment = enrol(pod, loaded.world);
    const rules = podRules(enrolment);
    found.push(...refusals(enrolment), ...rules.diagnostics);
    const other = otherMesh(enrolment.facts);
    const why = other?.message ?? enrolment.taken.at(-1)?.answer.because ?? '';
    return {
      pod,
      by:
        enrolment.verdict === 'captured' && other === undefined
          ? WRITERS[loaded.world.approach]
          : `${other === undefined ? 'nobody' : 'others'}: ${why}`,
      rules,
    };
  });
  await showDiagnostics(call, found);
  if (formatOf(input, 'rules') === 'json')
    await io.out.write(`${jsonText({ ...toJson(pods), diagnostics: toCheckReport(found).diagnostics })}\n`);
  else
    for (const one of pods) await io.out.write(textOfPod(one, { alone: pods.length === 1, routing: isSet(input, 'withRouting') }), 'exact');
  if (found.some(isError)) return EXIT.usage;
  return isSet(input, 'strict') && found.length > 0 ? EXIT.findings : EXIT.ok;
}

interface Form {
  readonly alone: boolean;
  readonly routing: boolean;
}

/** A line before the rules of each pod, unless there is one pod and it has rules. */
function textOfPod({ pod, by, rules: { rendered } }: RenderedPod, { alone, routing }: Form): string {
  const captured = rendered !== undefined && rendered.v4 !== '';
  const head = alone && captured ? '' : `# ${pod.kind} ${printable(`${pod.namespace}/${pod.name}`)}: rules by ${printable(by)}\n`;
  return head + (rendered === undefined ? '' : rulesText(rendered) + (routing ? routingText(rendered) : ''));
}

function toJson(pods: readonly RenderedPod[]): object {
  return {
    schema: 'chainwalk/render-pods/v1',
    pods: pods.map(({ pod: { kind, namespace, name }, by, rules: { rendered } }) => {
      const { v4 = null, v6 = null, routing = [] } = rendered ?? {};
      return { kind, namespace, name, by, v4, v6, routing };
    }),
  };
}
