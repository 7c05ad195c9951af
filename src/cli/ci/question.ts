/** A batch of a configuration as the question that `chainwalk verify` would be asked: its files, read. */
import type { BatchQuestion } from '../../app/ci/judge.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import { parsePodAddress } from '../../host/podAddress.ts';
import type { Approach } from '../../injection/facts/facts.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import { parseVersion } from '../../istio/settings/version.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import { readHostFile } from '../input/place.ts';
import { readPodFiles } from '../input/podTexts.ts';
import { readSources, type TextReader } from '../input/reader.ts';
import { readRuleFiles } from '../input/ruleTexts.ts';
import type { Batch } from './groups.ts';

export interface BatchAsking {
  readonly reader: TextReader;
  /** of each subject */
  readonly limits: () => BudgetLimits;
  /** hears what is being done */
  readonly tell?: (what: string) => void;
}

/** Undefined when a file cannot be read, which has been reported. */
export async function questionOf(
  { reader, limits, tell }: BatchAsking,
  { kind, files, reading }: Batch,
): Promise<BatchQuestion | undefined> {
  const place = await placeIn(reader, reading);
  if (place === undefined) return undefined;
  const { families, except, mode, istio, values, allowEmpty, set } = reading;
  const told = tell && ((claim: string, family: number) => tell(`verifying ${claim} (IPv${family})`));
  const options = {
    limits,
    ...place,
    ...(families !== undefined && { families }),
    ...(except.length > 0 && { except }),
    ...(kind !== 'manifest' && told !== undefined && { progress: told }),
  };
  if (kind === 'manifest') {
    const version = istio === undefined ? undefined : parseVersion(istio);
    const ofPods = { ...(mode !== undefined && { mode: mode as Approach }), ...(version !== undefined && { version }) };
    const pods = await readPodFiles(reader, { files, values, reading: ofPods });
    return pods && { kind, pods, options, ...(tell !== undefined && { progress: tell }) };
  }
  const ofRules = { variables: new Map(Object.entries(set)), allowEmpty };
  if (kind === 'rules') {
    const rules = await readRuleFiles(reader, { files, reading: ofRules });
    return rules && { kind, rules, options };
  }
  const settings = await readSources(reader, files);
  const rendering = { ...(mode !== undefined && { mode: mode as Mode }), ...(istio !== undefined && { istio }) };
  return settings && { kind, settings, rendering, reading: ofRules, options };
}

async function placeIn(reader: TextReader, { host: file, podIps: texts, profile, proxyUid, proxyGid }: Batch['reading']) {
  const host = file === undefined ? undefined : await readHostFile(reader, file);
  if (file !== undefined && host === undefined) return undefined;
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  const place: GivenPlace = {
    ...(host !== undefined && { host }),
    ...(podIps.length > 0 && { podIps }),
    ...(profile !== undefined && { profile }),
    ...(proxyUid !== undefined && { proxyUid }),
    ...(proxyGid !== undefined && { proxyGid }),
  };
  return place;
}
