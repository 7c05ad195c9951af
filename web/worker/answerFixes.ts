/** Edits of the text that are proved: each once, whatever number of claims it fixes. */
import { InputError, verify } from '../../src/api/library/index.ts';
import type { AskedSetting, FixesAnswer } from './questions.ts';
import { holdsManifests, rulesHere } from './rulesHere.ts';

export function answerFixes(_: unknown, setting: AskedSetting): FixesAnswer {
  if (holdsManifests()) throw new InputError(['fixes are looked for in rules, not in manifests']);
  const { rulesets, options } = rulesHere(setting);
  const { findings, bounds } = verify(rulesets, { ...options, fixes: true });
  const found = findings.flatMap(({ fix }) => (fix?.file === setting.file ? [fix] : []));
  const byDiff = new Map(found.map(({ mends, open, diff }) => [diff, { mends, open, diff }]));
  return { fixes: [...byDiff.values()], bounds };
}
