/** Rules of two sides in one scene: the mesh of both, the proxy that the base shows, and the same host unless their transparent listeners
 *  differ. */

import { type AskedSet, unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { hostWords } from '../../connection/bounds.ts';
import { type ChosenSetting, chooseSetting, type GivenPlace, placeAssumptions } from '../../connection/setting.ts';
import type { Sides } from '../../diff/question.ts';
import { distinct } from '../../mesh/assumption.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';

export interface RuleSide extends Pick<DiffSubject, 'name' | 'file' | 'rulesets'> {
  readonly given: GivenPlace;
}

export function rulePair({ base, head }: Sides<RuleSide>, where?: AskedSet): Sides<DiffSubject> {
  const both = [...base.rulesets, ...head.rulesets];
  const setting = chooseSetting({ rulesets: both, given: base.given, shownBy: base.rulesets, where });
  const profile = setting.profile?.name ?? 'none';
  const around = ({ rulesets, given }: RuleSide): ChosenSetting =>
    chooseSetting({ rulesets, given: { ...given, profile }, shownBy: base.rulesets, beside: both, where });
  const sameGiven = valueKey(base.given) === valueKey(head.given);
  const same = sameGiven && String(transparentPorts(base.rulesets)) === String(transparentPorts(head.rulesets));
  const chosen = same ? { base: setting, head: setting } : { base: around(base), head: around(head) };
  const assumptions = distinct([...placeAssumptions(chosen.base, base.rulesets), ...placeAssumptions(chosen.head, head.rulesets)]);
  const unsaid = unsaidOfArrivals(setting.assumed, where?.dir);
  const subject = (side: 'base' | 'head', { name, file, rulesets }: RuleSide): DiffSubject => ({
    name,
    file,
    rulesets,
    host: chosen[side].host,
    hostIs: hostWords(
      chosen[side],
      both.map(({ family }) => family),
    ),
    profile: chosen[side].profile,
    assumptions,
    ...(unsaid !== undefined && { unsaid }),
    key: `${side} ${name}`,
  });
  return { base: subject('base', base), head: subject('head', head) };
}

/** Equal for what no packet can distinguish. */
export function valueKey(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one instanceof Map ? [...one] : one)) ?? '';
}
