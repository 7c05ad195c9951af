/** What is needed to answer packets, read once. */
import { type TraceManner, type TraceSetting, type TraceSetup, traceInRules } from '../../app/trace/setting.ts';
import type { PacketNames } from '../../kubernetes/objects/packetNames.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { type TraceFormat, type TraceStyle, traceFormatNamed } from '../../report/formats/trace.ts';
import { countRules } from '../../ruleset/count.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf, secondsOf } from '../argv/limits.ts';
import { placesOn, terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { packetNamesOf } from '../input/packetNamesOf.ts';
import { readPlace } from '../input/place.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import type { What } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import type { KernelAsker } from '../kernel/kernelAsker.ts';

export interface Job {
  readonly call: Call;
  readonly setting: TraceSetting;
  readonly format: TraceFormat;
  readonly style: TraceStyle;
  /** of the rules; no errors */
  readonly diagnostics: readonly Diagnostic[];
  /** absent: packets have addresses alone */
  readonly names?: PacketNames;
  /** --on-kernel */
  readonly kernel?: KernelAsker;
}

/** Undefined when the rules cannot be used, which has been said. `format`: when none is requested. */
export async function jobInRules(call: Call, { rules, place, names }: RuleSubject, format: string): Promise<Job | undefined> {
  const known = names === undefined ? await packetNamesOf(call, []) : { names };
  return known && jobOf(call, traceInRules({ rules, place, manner: mannerOf(call) }), { usual: format, ...known });
}

/** The same of one pod of a manifest. What is about pods is loaded here only. */
export async function jobInPod(call: Call, file: string, format: string): Promise<Job | undefined> {
  const { traceInPod } = await import('../../app/trace/podSetting.ts');
  const { podTextsOf } = await import('../input/podTexts.ts');
  const { input } = call;
  const place = await readPlace(call);
  const pods = place === undefined ? undefined : await podTextsOf(call, [file]);
  const known = pods === undefined ? undefined : await packetNamesOf(call, [file]);
  if (place === undefined || pods === undefined || known === undefined) return undefined;
  const pod = optionText(input, 'pod');
  const inInitPhase = optionText(input, 'phase') === 'init';
  return jobOf(call, traceInPod({ pods, ...(pod !== undefined && { pod }), inInitPhase, place, manner: mannerOf(call) }), {
    usual: format,
    ...known,
  });
}

function mannerOf(call: Call): TraceManner {
  const { input } = call;
  return {
    detailed: optionIsSet(input, 'verbose'),
    limits: limitsOf(call),
    ...(optionIsSet(input, 'connection') && { connection: 'whole' }),
  };
}

interface Known {
  /** format when none is requested */
  readonly usual: string;
  readonly names?: PacketNames;
}

async function jobOf(call: Call, setup: TraceSetup | Complaint, { usual, names }: Known): Promise<Job | undefined> {
  const { io, input } = call;
  if ('message' in setup) {
    await complain(io, setup);
    return undefined;
  }
  const { setting, diagnostics } = setup;
  if (setting === undefined) {
    await showDiagnostics(call, diagnostics);
    return undefined;
  }
  const name = formatOf(input, usual);
  const format = traceFormatNamed(name);
  const verbose = optionIsSet(input, 'verbose');
  const brief = optionIsSet(input, 'brief');
  const style = {
    ...(await terminal(call, io.out, WIDEST)),
    ...(await placesOn(call, io.out)),
    verbose,
    brief,
    inLanes: optionIsSet(input, 'rail'),
  };
  // why a chain did not match is part of a detailed walk only; in a very long one it is left out
  const few = setting.rulesets.every((ruleset) => countRules(ruleset) <= MOST_RULES);
  const detailed = verbose || (name === 'human' && !brief && few);
  const kernel = optionIsSet(input, 'onKernel')
    ? { kernel: (await import('../kernel/kernelAsker.ts')).kernelAsker(io, secondsOf(input)) }
    : {};
  return (
    format && { call, setting: { ...setting, detailed }, format, style, diagnostics, ...(names !== undefined && { names }), ...kernel }
  );
}

/** Columns: a rule has a line of its own. */
const WIDEST = 200;
const MOST_RULES = 5000;

export function whatOf({ isData }: TraceFormat): What {
  return isData === true ? 'data' : 'report';
}
