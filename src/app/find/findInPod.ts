/** `find` in one pod of manifests: its rules, its host and its proxy are those that `trace` takes. */
import { type AskedSet, pinnedAddress } from '../../connection/assumedHost.ts';
import type { ChosenSetting } from '../../connection/setting.ts';
import { withLength, withPodAddress } from '../../host/podAddress.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { familyOf } from '../../packet/address.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type TracePodQuestion, traceInPod } from '../trace/podSetting.ts';
import { withInterface } from '../trace/withInterface.ts';
import { type FindAnswer, type FindQuestion, findInSetting } from './find.ts';

export interface FindPodQuestion extends Omit<TracePodQuestion, 'manner'>, Pick<FindQuestion, 'where' | 'outcome' | 'oif' | 'limits'> {}

export interface FoundInPod {
  /** absent: there is an error among the diagnostics, or no packet of the set can be there */
  readonly answer?: FindAnswer;
  readonly diagnostics: readonly Diagnostic[];
  /** of a pod that has a proxy: why it is not captured */
  readonly outside?: string;
  /** the question could not be put: there is an error */
  readonly refused?: true;
}

/** Or why there is not one pod to ask. */
export function findInPod({ where, outcome, oif, limits, ...question }: FindPodQuestion): FoundInPod | Complaint {
  const setup = traceInPod({ ...question, manner: { detailed: false } });
  if ('message' in setup) return setup;
  const { setting, diagnostics } = setup;
  if (setting === undefined) return { diagnostics, refused: true };
  if (setting.outside?.walks === false) return { message: setting.outside.says };
  const { rulesets } = setting;
  const there = withInterface(setting, { ...interfaceOf(where, 'iif'), ...interfaceOf(where, 'oif') });
  const answer = findInSetting(
    { rulesets, where, outcome, ...(oif !== undefined && { oif }), limits },
    pinned({ ...there, assumptions: there.assumptions ?? [] }, where),
  );
  return {
    diagnostics,
    ...(answer !== undefined && { answer }),
    ...(setting.outside !== undefined && { outside: setting.outside.says }),
  };
}

/** The one interface by which all packets of the set come or go. */
function interfaceOf({ terms, alternatives = false }: PacketSet, key: 'iif' | 'oif'): Pick<PartialPacket, 'iif' | 'oif'> {
  if (alternatives) return {};
  const term = terms.find((one) => one.key === key && !one.negated);
  const expr = term?.expr[4];
  const [only, ...more] = expr?.kind === 'in' ? expr.intervals : [];
  return typeof only?.lo === 'string' && only.lo === only.hi && more.length === 0 ? { [key]: only.lo } : {};
}

/** Where its addresses are not given, the pod has the one that all packets of the set go to. */
function pinned(setting: ChosenSetting, where: AskedSet): ChosenSetting {
  const { host, assumed, assumptions } = setting;
  const known = ([4, 6] as const).filter((family) => assumed?.families.includes(family) !== true);
  const found = pinnedAddress(host, where, known);
  if (found === undefined || assumed === undefined) return setting;
  const families = assumed.families.filter((family) => family !== familyOf(found.address));
  return {
    ...setting,
    host: withPodAddress(host, withLength(found.address)),
    assumed: { ...assumed, families },
    assumptions: [found.assumption, ...assumptions],
  };
}
