/** Expectations asked of the rules or the pod that their file names, as `chainwalk trace` would ask them. */
import type { ExpectationPlace, LoadedExpectations } from '../../app/expect/expectation.ts';
import { type JudgedExpectations, judgeExpectations } from '../../app/expect/judge.ts';
import { type TraceManner, type TraceSetup, traceInRules } from '../../app/trace/setting.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { folderOf, from } from '../config/paths.ts';
import { readWrittenPlace } from '../input/place.ts';
import type { TextReader } from '../input/reader.ts';
import { readRuleFiles } from '../input/ruleTexts.ts';

export interface ExpectAsking {
  readonly reader: TextReader;
  readonly limits: NonNullable<TraceManner['limits']>;
}

/** Undefined when the rules or the pod cannot be used, which has been reported. */
export async function askExpectations(asking: ExpectAsking, expected: LoadedExpectations): Promise<JudgedExpectations | undefined> {
  const { reader } = asking;
  const { source, file } = expected;
  const setup = await setupOf(asking, { file, folder: folderOf(source.file) });
  if (setup === undefined) return undefined;
  if ('message' in setup) {
    await reader.complain(setup);
    return undefined;
  }
  const { setting, diagnostics } = setup;
  if (setting !== undefined) return judgeExpectations({ expected, setting, diagnostics });
  await reader.show(diagnostics);
  return undefined;
}

interface InFolder {
  readonly file: ExpectationPlace;
  /** from which its paths count */
  readonly folder: string;
}

async function setupOf(asking: ExpectAsking, { file, folder }: InFolder): Promise<TraceSetup | Complaint | undefined> {
  const { reader, limits } = asking;
  const host = file.host === undefined ? undefined : from(folder, file.host);
  const place = await readWrittenPlace(reader, { ...file, host });
  if (place === undefined) return undefined;
  const manner = { detailed: false, limits };
  const { rules, manifest = '', pod, phase } = file;
  if (rules === undefined) {
    const { traceInPod } = await import('../../app/trace/podSetting.ts');
    const { readPodFiles, writtenPodReading } = await import('../input/podTexts.ts');
    const values = (file.values ?? []).map((one) => from(folder, one));
    const pods = await readPodFiles(reader, { files: [from(folder, manifest)], values, reading: writtenPodReading(file) });
    return pods && traceInPod({ pods, ...(pod !== undefined && { pod }), inInitPhase: phase === 'init', place, manner });
  }
  const variables = new Map(Object.entries(file.set ?? {}));
  const texts = await readRuleFiles(reader, { files: [from(folder, rules)], reading: { variables } });
  return texts && traceInRules({ rules: texts, place, manner });
}
