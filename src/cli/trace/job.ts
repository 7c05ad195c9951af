/** What is needed to answer packets, read once. */
import { chooseSetting } from '../../connection/setting.ts';
import { TRACE_FORMATS, type TraceFormat, type TraceStyle } from '../../report/formats/trace.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet } from '../argv/command.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadRules } from '../input/rules.ts';
import type { What } from '../io/io.ts';
import { readPlaceOptions, type Scene } from './scene.ts';

export interface Job {
  readonly call: Call;
  readonly scene: Scene;
  readonly format: TraceFormat;
  readonly style: TraceStyle;
  /** of the rules; no errors */
  readonly diagnostics: readonly Diagnostic[];
}

export interface JobInput {
  readonly file: string;
  /** format when none is asked for */
  readonly format: string;
}

/** Undefined when rules or host cannot be used, which has been said. */
export async function readJob(call: Call, { file, format }: JobInput): Promise<Job | undefined> {
  const { io, input } = call;
  const given = await readPlaceOptions(call);
  if (given === undefined) return undefined;
  const loaded = await loadRules(call, { files: [file], ...(given.host !== undefined && { host: given.host }) });
  if (loaded === undefined) return undefined;
  const { rulesets, diagnostics } = loaded;
  if (diagnostics.some(isError)) {
    await showDiagnostics(call, diagnostics);
    return undefined;
  }
  const detailed = isSet(input, 'verbose');
  const name = formatOf(input, format);
  const found = TRACE_FORMATS.find((known) => known.name === name);
  if (found === undefined) return undefined;
  return {
    call,
    scene: { ...chooseSetting({ rulesets, given }), rulesets, detailed, limits: limitsOf(call) },
    format: found,
    style: { ...(await terminal(call, io.out)), verbose: detailed, brief: isSet(input, 'brief') },
    diagnostics,
  };
}

export function whatOf({ name }: TraceFormat): What {
  return ['json', 'xtables', 'mermaid'].includes(name) ? 'data' : 'report';
}
