/** Expectations asked of the rules or the pod that their file names, as `chainwalk trace` would ask them. */
import type { ExpectationPlace, LoadedExpectations } from '../../app/expect/expectation.ts';
import { type JudgedExpectations, judgeExpectations } from '../../app/expect/judge.ts';
import { type TraceManner, type TraceSetup, traceInRules } from '../../app/trace/setting.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import type { Approach } from '../../injection/facts/facts.ts';
import { parseVersion } from '../../istio/settings/version.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { folderOf, from } from '../config/paths.ts';
import { readHostFile } from '../input/place.ts';
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
  const place = await placeIn(reader, { file, folder });
  if (place === undefined) return undefined;
  const manner = { detailed: false, limits };
  const { rules, manifest = '', pod, phase } = file;
  if (rules === undefined) {
    const { traceInPod } = await import('../../app/trace/podSetting.ts');
    const { readPodFiles } = await import('../input/podTexts.ts');
    const values = (file.values ?? []).map((one) => from(folder, one));
    const pods = await readPodFiles(reader, { files: [from(folder, manifest)], values, reading: podReading(file) });
    return pods && traceInPod({ pods, ...(pod !== undefined && { pod }), inInitPhase: phase === 'init', place, manner });
  }
  const variables = new Map(Object.entries(file.set ?? {}));
  const texts = await readRuleFiles(reader, { files: [from(folder, rules)], reading: { variables } });
  return texts && traceInRules({ rules: texts, place, manner });
}

function podReading({ mode, istio }: ExpectationPlace) {
  const version = istio === undefined ? undefined : parseVersion(istio);
  return { ...(mode !== undefined && { mode: mode as Approach }), ...(version !== undefined && { version }) };
}

async function placeIn(reader: TextReader, { file, folder }: InFolder): Promise<GivenPlace | undefined> {
  const { host: path, podIps: texts = [], profile, proxyUid, proxyGid } = file;
  const complaint = podIpComplaint(texts, path !== undefined);
  if (complaint !== undefined) {
    await reader.complain({ message: `podIps: ${complaint}` });
    return undefined;
  }
  const host = path === undefined ? undefined : await readHostFile(reader, from(folder, path));
  if (path !== undefined && host === undefined) return undefined;
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  return {
    ...(host !== undefined && { host }),
    ...(podIps.length > 0 && { podIps }),
    ...(profile !== undefined && { profile }),
    ...(proxyUid !== undefined && { proxyUid }),
    ...(proxyGid !== undefined && { proxyGid }),
  };
}
