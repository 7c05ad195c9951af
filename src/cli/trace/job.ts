/** What is needed to answer packets, read once. */
import { chooseSetting } from '../../journey/setting.ts';
import { TRACE_FORMATS, type TraceFormat, type TraceStyle } from '../../report/formats.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { type Call, isSet } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { formatOf } from '../format.ts';
import type { What } from '../io.ts';
import { limitsOf } from '../limits.ts';
import { loadRules } from '../rules.ts';
import { terminal } from '../terminal.ts';
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
