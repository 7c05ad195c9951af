/** A batch of a configuration as the question that `chainwalk verify` would be asked: its files, read. */
import type { BatchQuestion } from '../../app/ci/judge.ts';
import type { Budget, BudgetLimits } from '../../lib/budget.ts';
import { readWrittenPlace } from '../input/place.ts';
import { readPodFiles, settingReadingOf, writtenPodReading } from '../input/podTexts.ts';
import { readSources, type TextReader } from '../input/reader.ts';
import { readRuleFiles } from '../input/ruleTexts.ts';
import type { Batch } from './groups.ts';

export interface BatchAsking {
  readonly reader: TextReader;
  /** of each subject */
  readonly limits: () => BudgetLimits;
  /** claims that are asked by name alone, and are asked here */
  readonly also?: readonly string[];
  /** for proved fixes of all batches */
  readonly fixes?: Budget;
  /** hears what is being done */
  readonly tell?: (what: string) => void;
}

/** Undefined when a file cannot be read, which has been reported. */
export async function questionOf(
  { reader, limits, also, fixes, tell }: BatchAsking,
  { kind, files, reading }: Batch,
): Promise<BatchQuestion | undefined> {
  const place = await readWrittenPlace(reader, reading);
  if (place === undefined) return undefined;
  const { families, except, values, allowEmpty, set } = reading;
  const told = tell && ((claim: string, family: number) => tell(`verifying ${claim} (IPv${family})`));
  const options = {
    limits,
    ...(families !== undefined && { families }),
    ...(except.length > 0 && { except }),
    ...(also !== undefined && { also }),
    ...(kind !== 'manifest' && told !== undefined && { progress: told }),
  };
  if (kind === 'manifest') {
    const pods = await readPodFiles(reader, { files, values, reading: writtenPodReading(reading) });
    return pods && { kind, pods, place, options, ...(tell !== undefined && { progress: tell }) };
  }
  const ofRules = { variables: new Map(Object.entries(set)), allowEmpty };
  if (kind === 'rules') {
    const rules = await readRuleFiles(reader, { files, reading: ofRules });
    return rules && { kind, rules, place, options, ...(fixes && { fixes }) };
  }
  const settings = await readSources(reader, files);
  return settings && { kind, settings, rendering: settingReadingOf(reading), reading: ofRules, place, options };
}
