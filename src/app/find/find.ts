/** `find`: which packets of a set can have an outcome, in every ruleset of the texts. */
import { unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { type Bounds, hostWords, lookupsOf } from '../../connection/bounds.ts';
import { type ChosenSetting, chooseSetting, type GivenPlace, placeAssumptions } from '../../connection/setting.ts';
import type { WantedEnd } from '../../connection/wantedEnd.ts';
import { Budget, type BudgetLimits } from '../../lib/budget.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { ALWAYS } from '../../netfilter/matchExpr.ts';
import { type FoundPackets, findPackets } from '../../query/find.ts';
import { type FindReport, toFindReport } from '../../report/json/find.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';

export const EVERY_PACKET: PacketSet = { expr: { 4: ALWAYS, 6: ALWAYS }, terms: [] };

export interface FindQuestion extends WantedEnd {
  readonly rulesets: readonly Ruleset[];
  readonly where: PacketSet;
  readonly place: GivenPlace;
  /** of all rulesets together */
  readonly limits: BudgetLimits;
}

export interface FindAnswer {
  readonly parts: readonly { readonly file: string; readonly found: FoundPackets }[];
  readonly profile: MeshProfile | undefined;
  readonly bounds: Bounds;
  readonly report: FindReport;
}

/** Undefined: no packet of the set can be there in the family of the rules. */
export function findIn({ place, ...question }: FindQuestion): FindAnswer | undefined {
  const { rulesets, where } = question;
  return findInSetting(question, chooseSetting({ rulesets, given: place, where }));
}

/** Where mesh, host and proxy are known. */
export function findInSetting({ rulesets, limits, ...asked }: Omit<FindQuestion, 'place'>, setting: ChosenSetting): FindAnswer | undefined {
  const { host, profile } = setting;
  const question = { host, ...asked, budget: new Budget(limits), ...(profile !== undefined && { profile }) };
  const parts = rulesets.map((ruleset, index) => {
    const found = question.budget.share(1 / (rulesets.length - index), () => findPackets(ruleset, question));
    return { file: ruleset.source.file, found };
  });
  if (!parts.some(({ found }) => found.asked)) return undefined;
  const report = toFindReport(parts, placeAssumptions(setting, rulesets), unsaidOfArrivals(setting.assumed, asked.where.dir));
  const families = parts.flatMap(({ found }) => (found.asked ? [found.family] : []));
  const hosts = [hostWords(setting, families)];
  const bounds = { families, unjudged: [], hosts, ofConnections: 'data' as const, ...lookupsOf(rulesets) };
  return { parts, profile, bounds, report };
}
