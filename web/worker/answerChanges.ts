/** Which packets two texts treat differently, of rules or of manifests. */
import { diffManifests, isManifest } from '../../src/api/kubernetes/index.ts';
import { type DiffChange, type DiffReport, diff, InputError } from '../../src/api/library/index.ts';
import { formatPacket } from '../../src/api/report/index.ts';
import type { AskedSetting, ChangesAnswer, PageQuestion, ShownChange } from './questions.ts';
import { holdsManifests, readHere, rulesHere, settingOptions, textHere } from './rulesHere.ts';

export function answerChanges({ base }: Extract<PageQuestion, { readonly kind: 'diff' }>, setting: AskedSetting): ChangesAnswer {
  if (holdsManifests() !== isManifest(base)) throw new InputError(['rules are compared with rules here, and manifests with manifests']);
  if (holdsManifests()) return changesOfPods(base, setting);
  const before = readHere(base, { ...setting, file: 'base' });
  const report = diff(before, rulesHere(setting).rulesets, settingOptions(setting));
  return { ...changesOf(report), changes: report.changes.map((change) => shownChange(change)) };
}

function changesOfPods(base: string, { file }: AskedSetting): ChangesAnswer {
  const report = diffManifests({ file: 'base', text: base }, { file, text: textHere() });
  const alone = report.results.flatMap(({ name, base: before, head }) =>
    before === null || head === null
      ? [`${name} is on the side of the ${before === null ? 'head' : 'base'} alone: nothing was compared`]
      : [],
  );
  const ofChange = new Map(report.results.flatMap((one) => one.changes.map((index) => [index, one])));
  const changes = report.changes.map((change, index) => {
    const { name = '', alike = [] } = ofChange.get(index) ?? {};
    return shownChange(change, { pods: [name, ...alike], pod: name.slice(name.lastIndexOf(' ') + 1) });
  });
  return { ...changesOf(report), changes, notes: [...alone, ...report.notes] };
}

function changesOf({ equivalent, bounds, undecided, notCompared, notes }: DiffReport): Omit<ChangesAnswer, 'changes'> {
  return {
    equivalent,
    bounds,
    undecided: undecided.map(({ packets, reason }) => ({ packets, reason })),
    notes: [...(notCompared === undefined ? [] : [notCompared]), ...notes],
  };
}

function shownChange(
  { family, packets, level, base, head, example }: DiffChange,
  whose: Pick<ShownChange, 'pods' | 'pod'> = {},
): ShownChange {
  return { family, packets, level, base: base.outcome, head: head.outcome, example: formatPacket(example), ...whose };
}
