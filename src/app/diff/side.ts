/** One side of a comparison: how its texts are read, and what is added to them. */
import type { Sides } from '../../diff/question.ts';
import type { ReadNested } from '../../kubernetes/yaml/node.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { PodReading, ReadTexts } from '../load/podTexts.ts';
import type { RuleReading } from '../load/ruleTexts.ts';
import type { SettingReading } from '../load/settingTexts.ts';

export type Side = keyof Sides<unknown>;
export const SIDES: readonly Side[] = ['base', 'head'];

export interface ComparedSide {
  readonly rules: RuleReading;
  readonly settings: SettingReading;
  /** absent where no manifest and no mesh configuration is compared */
  readonly pods?: PodsOfSide;
}

export interface PodsOfSide {
  readonly reading: PodReading;
  readonly values: ReadTexts;
  /** that each pod has besides those of its manifest */
  readonly annotations: ReadonlyMap<string, string>;
  readonly parse: (sources: readonly Source[]) => ReadTexts;
  readonly readNested: ReadNested;
}
