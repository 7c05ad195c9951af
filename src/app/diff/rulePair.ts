/** Rules of two sides in one scene: the mesh of both, the proxy that the base shows, and the same host unless each side says its own, by
 *  options or beside its rules, or their transparent listeners differ. */

import { type AskedSet, unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { hostWords } from '../../connection/bounds.ts';
import { type ChosenSetting, chooseSetting, type GivenPlace, placeAssumptions } from '../../connection/setting.ts';
import type { Sides } from '../../diff/question.ts';
import { distinct } from '../../mesh/assumption.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';
import { saysOfHost } from '../../syntax/host/printedHost.ts';

export interface RuleSide extends Pick<DiffSubject, 'name' | 'file' | 'rulesets'> {
  readonly given: GivenPlace;
}

export function rulePair(sides: Sides<RuleSide>, where?: AskedSet): Sides<DiffSubject> {
  const base = onHostOf(sides.base, sides.head);
  const head = onHostOf(sides.head, sides.base);
  const both = [...base.rulesets, ...head.rulesets];
  const setting = chooseSetting({ rulesets: both, given: base.given, shownBy: base.rulesets, where });
  const profile = setting.profile?.name ?? 'none';
  const around = ({ rulesets, given }: RuleSide): ChosenSetting =>
    chooseSetting({ rulesets, given: { ...given, profile }, shownBy: base.rulesets, beside: both, where });
  const chosen = surroundings(base) === surroundings(head) ? { base: setting, head: setting } : { base: around(base), head: around(head) };
  const assumptions = distinct([...placeAssumptions(chosen.base, base.rulesets), ...placeAssumptions(chosen.head, head.rulesets)]);
  const [unsaid] = [chosen.base, chosen.head].flatMap(({ assumed }) => unsaidOfArrivals(assumed, where?.dir) ?? []);
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

/** Where one text alone describes a host, both are on it; what each does to its host is its own. */
function onHostOf(side: RuleSide, other: RuleSide): RuleSide {
  const described = ({ rulesets }: RuleSide) => rulesets.map(({ around }) => around).find((one) => one !== undefined && saysOfHost(one));
  const there = described(side) === undefined && isOpen(side.given) ? described(other) : undefined;
  if (there === undefined) return side;
  const { changes: _, sets, ...host } = there;
  const placed = (ruleset: Ruleset): Ruleset => ({ ...ruleset, around: { ...host, sets, ...ownDeeds(ruleset) } });
  return { ...side, rulesets: side.rulesets.map(placed) };
}

/** No place of its own is given. */
function isOpen({ host }: RuleSide['given']): boolean {
  return host === undefined || host.placeUnsaid === true;
}

function ownDeeds({ around }: Ruleset) {
  if (around === undefined) return {};
  const { sets, changes } = around;
  return { ...(Object.keys(sets ?? {}).length > 0 && { sets }), ...(changes !== undefined && { changes }) };
}

/** Equal for sides on one host. */
function surroundings({ given, rulesets }: RuleSide): string {
  const { host, ...rest } = given;
  // by what it is called it is not another one
  const { called: _, ...described } = host ?? {};
  const around = new Set(rulesets.map((one) => valueKey(one.around)));
  return valueKey([rest, described, [...around].sort(), String(transparentPorts(rulesets))]);
}

/** Equal for what no packet can distinguish. */
export function valueKey(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one instanceof Map ? [...one] : one)) ?? '';
}
