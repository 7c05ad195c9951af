/** One packet as it was described: completed, on the host that is described or assumed, through the rules of its family. */
import { completePacket } from '../host/completePacket.ts';
import type { Host } from '../host/host.ts';
import type { BudgetLimits } from '../lib/budget.ts';
import type { Assumption } from '../mesh/assumption.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { type Address, type Family, formatAddress } from '../packet/address.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { type PlacedHost, standingOf, withArrivalBy } from './assumedHost.ts';
import { bridgeAssumption } from './bridgeAssumption.ts';
import { ipvsAssumption } from './ipvsAssumption.ts';
import type { Journey, Path } from './journey.ts';
import { passedOn, withChoice } from './passedOn.ts';
import { type JourneyOptions, walkJourney } from './walkJourney.ts';

export interface GivenScene extends PlacedHost {
  readonly rulesets: readonly Ruleset[];
  readonly profile?: MeshProfile;
  readonly detailed?: boolean;
  /** how far the connection is walked; `handshake` when absent */
  readonly connection?: NonNullable<JourneyOptions['connection']>;
  /** of each walk */
  readonly limits?: () => BudgetLimits;
  /** of everything that the packets ask: who the proxy is, for one */
  readonly assumptions?: readonly Assumption[];
}

export interface Walked extends PlacedHost {
  readonly journey: Journey;
  readonly ruleset: Ruleset;
  /** parts of the packet that were not given */
  readonly defaults: readonly (keyof PartialPacket)[];
  readonly assumptions: readonly Assumption[];
}

/** `missing`: there are no rules of the packet's family. */
export type WalkedOrNot = Walked | { readonly problem: string } | { readonly missing: Family };

export function walkGiven(asked: GivenScene, given: PartialPacket): WalkedOrNot {
  const scene = withArrivalBy(asked, given.iif);
  const { packet, defaults, problem } = completePacket(given, scene.host);
  if (packet === undefined) return { problem: problem ?? 'the packet is incomplete' };
  const ruleset = scene.rulesets.find(({ family }) => family === packet.family);
  if (ruleset === undefined) return { missing: packet.family };
  const { host, assumptions, open } = standingOf(scene, packet, given);
  const { profile, detailed, assumed, connection = 'data' } = scene;
  const walkOn = (place: Host): Journey => {
    const limits = scene.limits?.() ?? {};
    const options = {
      host: place,
      limits,
      connection,
      ...(profile !== undefined && { profile }),
      ...(detailed !== undefined && { detailed }),
    };
    return walkJourney(ruleset, packet, options);
  };
  const walk = (place: Host): Journey =>
    assumed?.sign === undefined
      ? walkOn(place)
      : passedOn(walkOn(place), { host: place, walk: walkOn, isFromThere: given.iif !== undefined });
  const own = walk(host);
  const journey = open === undefined ? own : either(own, walk(scene.host), open);
  return {
    journey,
    ruleset,
    defaults,
    host,
    assumptions: [...assumptions, ...bridgeAssumption(host, packet), ...ipvsAssumption(host, packet), ...(scene.assumptions ?? [])],
    ...(assumed !== undefined && { assumed }),
  };
}

/** The destination may be this host's or another's; where rules end the packet before that matters, they decide. */
function either(own: Journey, others: Journey, address: Address): Journey {
  if (endsBeforeRouting(own, others)) return own;
  const what = `whether ${formatAddress(address)} is an address of this host (--pod-ip or --host says it)`;
  const spent = own.spent ?? others.spent;
  const told = (taken: string) => (path: Path) => withChoice(path, { why: 'unsaid', what, taken });
  return {
    packet: own.packet,
    outcome: 'undecided',
    paths: [...own.paths.map(told('it is')), ...others.paths.map(told('it is not'))],
    truncated: own.truncated || others.truncated,
    ...(spent !== undefined && { spent }),
  };
}

function endsBeforeRouting(one: Journey, other: Journey): boolean {
  const alike = (path: Path, index: number): boolean => endOf(path) !== undefined && endOf(path) === endOf(other.paths[index]);
  return one.paths.length === other.paths.length && one.paths.every(alike);
}

/** The rule that ends the packet, when it was not routed before. */
function endOf(path: Path | undefined): unknown {
  const [leg] = path?.legs ?? [];
  if (leg === undefined || leg.walk.steps.some(({ kind }) => kind === 'route')) return undefined;
  const { fate } = leg.walk;
  return fate.kind === 'dropped' || fate.kind === 'rejected' ? fate.by : undefined;
}
