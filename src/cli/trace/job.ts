/** What is needed to answer packets, read once. */
import { TRACE_FORMATS, type TraceFormat, type TraceStyle } from '../../report/formats.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { formatOf } from '../format.ts';
import type { What } from '../io.ts';
import { limitsOf } from '../limits.ts';
import { loadRules } from '../rules.ts';
import { terminal } from '../terminal.ts';
import { readHostOption, type Scene, sceneOf } from './scene.ts';

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
  const host = await readHostOption(call);
  if (host === undefined) return undefined;
  const loaded = await loadRules(call, { files: [file], ...(host.host !== undefined && { host: host.host }) });
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
    scene: sceneOf({ rulesets, given: host, profileName: textOf(input, 'profile') ?? 'auto', detailed, limits: limitsOf(call) }),
    format: found,
    style: { ...(await terminal(call, io.out)), verbose: detailed, brief: isSet(input, 'brief') },
    diagnostics,
  };
}

export function whatOf({ name }: TraceFormat): What {
  return ['json', 'xtables', 'mermaid'].includes(name) ? 'data' : 'report';
}
