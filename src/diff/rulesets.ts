/** Diff of all that two texts hold: family by family. A family that only one side has meets a kernel without rules on the other. */

import { hasPackets } from '../connection/askedPackets.ts';
import { type Bounds, lookupsOf } from '../connection/bounds.ts';
import { unknownProxies, unknownProxyText } from '../connection/unknownProxy.ts';
import type { Host } from '../host/host.ts';
import { Budget, type BudgetLimits } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { Family } from '../packet/address.ts';
import { emptyRuleset } from '../ruleset/emptyRuleset.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { printAlike } from './printAlike.ts';
import type { DiffQuestion, Sides } from './question.ts';
import type { Diff } from './rules.ts';
import { diffRules } from './rules.ts';

export interface RulesetsDiff extends Pick<Bounds, 'lookedUpApart'> {
  readonly diffs: readonly Diff[];
  /** what was assumed */
  readonly notes: readonly string[];
  /** no packet of the requested set can be there in the families of the rules */
  readonly asksNothing?: true;
  /** of two hosts: interfaces that one of them alone has; what arrives there is compared with nothing */
  readonly onlyThere?: Sides<readonly string[]>;
}

export interface DiffScene extends Pick<DiffQuestion, 'where' | 'firstLeg' | 'headHost' | 'apart' | 'wordsLater'> {
  /** of both families together */
  readonly limits?: () => BudgetLimits;
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** why nothing is proved of packets that arrive; absent: it is */
  readonly unsaid?: string | undefined;
}

export function diffRulesets(base: readonly Ruleset[], head: readonly Ruleset[], { limits, unsaid, ...scene }: DiffScene): RulesetsDiff {
  const diffs: Diff[] = [];
  const budget = new Budget(limits?.());
  const notes: string[] = [];
  const isThere = (asked: Family): boolean => [...base, ...head].some(({ family }) => family === asked);
  for (const family of [4, 6] as const) {
    const pair = { base: base.find((one) => one.family === family), head: head.find((one) => one.family === family) };
    const there = pair.base ?? pair.head;
    if (there === undefined) continue;
    for (const name of ['base', 'head'] as const) if (pair[name] === undefined) notes.push(missing(name, family));
    const full: Sides<Ruleset> = {
      base: pair.base ?? emptyRuleset(family, there.source),
      head: pair.head ?? emptyRuleset(family, there.source),
    };
    notes.push(...loopsNotCompared(full, scene));
    const ask = () => diffRules({ ...full, ...scene, budget });
    diffs.push(withUnsaid(family === 4 && isThere(6) ? budget.share(1 / 2, ask) : ask(), full, unsaid));
  }
  const { host, headHost = host, where } = scene;
  const families = diffs.map(({ family }) => family);
  const onlyThere = { base: namesBeside(host, headHost), head: namesBeside(headHost, host) };
  const isApart = onlyThere.base.length + onlyThere.head.length > 0;
  const shared = [withoutInterfaces(host, onlyThere.base), withoutInterfaces(headHost, onlyThere.head)];
  const isAsked = where === undefined || shared.some((one) => hasPackets(families, one, where));
  return { diffs, notes, ...lookupsOf([...base, ...head]), ...(isApart && { onlyThere }), ...(!isAsked && { asksNothing: true }) };
}

function namesBeside({ interfaces }: Host, other: Host): readonly string[] {
  return interfaces.map(({ name }) => name).filter((name) => !other.interfaces.some((one) => one.name === name));
}

function withoutInterfaces(host: Host, names: readonly string[]): Host {
  return names.length === 0 ? host : { ...host, interfaces: host.interfaces.filter(({ name }) => !names.includes(name)) };
}

/** On a host that is not described, other rules may do something to packets that come by interfaces or for addresses which it is not known
 *  to have. */
function withUnsaid(proved: Diff, { base, head }: Sides<Ruleset>, reason: string | undefined): Diff {
  if (reason === undefined || printAlike(base, head)) return proved;
  const open = { level: 'warning' as const, packets: 'any packet that arrives', reason, rules: { base: [], head: [] } };
  return { ...proved, undecided: [...proved.undecided, open] };
}

/** Where no packet changes, what a proxy sends does not either, whatever it is. */
function loopsNotCompared({ base, head }: Sides<Ruleset>, { host, profile, headHost, firstLeg }: DiffScene): readonly string[] {
  if (headHost !== undefined || firstLeg === true) return [];
  const proxies = [...unknownProxies({ host, profile }, base), ...unknownProxies({ host, profile }, head)];
  return [...new Set(proxies.map(unknownProxyText))].map((text) => `${text}: whether changed packets loop there is undecided`);
}

function missing(name: string, family: Family): string {
  return `${name} has no IPv${family} rules: compared with a kernel that has none loaded`;
}
