/** What an edit must not do: break what held, leave open what was proved, make a promise mean less, or take packets away from the proxy. */

import type { Outcome } from '../connection/journey.ts';
import type { ChosenSetting } from '../connection/setting.ts';
import { ordinaryPackets, packetsForHere } from '../connection/typicalPackets.ts';
import { changedPackets } from '../diff/rules.ts';
import type { Severity } from '../diff/severity.ts';
import { type Family, familyOf, parsePrefix } from '../packet/address.ts';
import type { Declaration } from '../prove/inferred/declaration.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd, BddManager } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { shareOf } from '../symbolic/diagrams/fractionOfSpace.ts';
import { equal, maskedEqual } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { inPrefix } from '../symbolic/walk/routes.ts';
import { type ClaimState, firstPacketsOf, type ProofStanding } from './proofStanding.ts';

export function worsens(before: ClaimState, after: ClaimState, manager: BddManager): boolean {
  if (after.verdict === 'holds') return false;
  if (before.verdict !== after.verdict) return true;
  if (after.verdict !== 'violated') return false;
  const fresh = [...after.broken].some(([way, set]) => manager.minus(set, before.broken.get(way) ?? EMPTY) !== EMPTY);
  return fresh || after.rules.length > before.rules.length;
}

/** The declaration that is read from the rules is still the same: else claims would hold because they demand less. */
export function asksTheSame(before: Declaration, after: Declaration): boolean {
  const said = ({ settings: _, notes: __, ...rest }: Declaration): string => textOf(rest);
  return said(before) === said(after);
}

/** Mesh, proxy and host with which the rules would be checked, if they were not pinned. */
export function isSameSetting(before: ChosenSetting, after: ChosenSetting): boolean {
  const said = ({ profile, host, assumptions, assumed }: ChosenSetting): string =>
    textOf([profile, host.processes, host.listeners, host.interfaces, assumptions, assumed]);
  return said(before) === said(after);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    return part instanceof Map ? [...part] : part instanceof Set ? [...part] : part;
  });
}

export interface ChangeQuestion {
  readonly space: Space;
  readonly setting: ChosenSetting;
  readonly base: Ruleset;
  readonly head: Ruleset;
  /** claims on these rules before and after */
  readonly before: ProofStanding;
  readonly after: ProofStanding;
}

/** The share of all packets that are treated differently; undefined: some of them worse, though they broke no claim before. */
export function changedShare({ space, setting, base, head, before, after }: ChangeQuestion): number | undefined {
  const { manager } = space;
  const { profile, host } = setting;
  const [{ declared } = { declared: undefined }] = before.contexts.filter(({ ruleset }) => ruleset.family === base.family);
  const ways = changedPackets(space, { base, head, host, budget: space.budget, ...(profile === undefined ? {} : { profile }) });
  const own = manager.or(ofProxy(space, declared), toLoopback(space));
  let share = 0;
  for (const { iif, changes, unclear, lots, memory } of ways) {
    if (unclear.length + lots.length + memory.length > 0) return undefined;
    const usual = usualPackets(space, iif);
    const fixed = fixedPackets(base.family, { before, after, manager }, iif);
    const excused = iif === undefined ? manager.or(fixed, own) : fixed;
    for (const { set, severity, outcomes } of changes) {
      share += shareOf(manager, set);
      if (!isWorse(severity, outcomes.base)) continue;
      if (manager.minus(manager.and(set, usual), excused) !== EMPTY) return undefined;
    }
  }
  return share;
}

/** What applications send, and what arrives for this host; where it may pass packets on, those for others too. */
function usualPackets(space: Space, iif: string | undefined): Bdd {
  const { manager, start, host, family } = space;
  const links = host.interfaces.filter(({ name }) => name !== 'lo');
  if (iif === undefined || links.length > 1) return ordinaryPackets(space, iif);
  // no other host knows the addresses of lo
  const inner = host.interfaces.flatMap(({ name, addresses }) => (name === 'lo' ? addresses.map(({ address }) => address) : []));
  const toInner = inner.filter((one) => familyOf(one) === family).map((one) => equal(manager, start.dst, one));
  return manager.minus(packetsForHere(space, iif), manager.any(toInner));
}

const WORSE: readonly Severity[] = ['loop', 'bypass', 'stopped', 'unknown'];

/** What rules drop or reject is not to arrive as a side effect either. */
function isWorse(severity: Severity, was: readonly Outcome[]): boolean {
  return WORSE.includes(severity) || was.includes('dropped') || was.includes('rejected');
}

/** What the proxy sends is not to be captured, except where claims demand it. */
function ofProxy({ manager, start, socket, process }: Space, declared: Declaration | undefined): Bdd {
  const { proxyUids = [], proxyGids = [], proxyMark } = declared ?? {};
  const users = manager.any([
    ...proxyUids.map((uid) => equal(manager, start.uid, uid)),
    ...proxyGids.map((gid) => equal(manager, start.gid, gid)),
  ]);
  const marked = proxyMark === undefined ? EMPTY : maskedEqual(manager, start.mark, proxyMark);
  return manager.or(manager.all([socket, process, users]), marked);
}

/** The application that calls itself needs no proxy. */
function toLoopback(space: Space): Bdd {
  const loopback = parsePrefix(space.family === 4 ? '127.0.0.0/8' : '::1/128');
  return loopback === undefined ? EMPTY : inPrefix(space, space.start.dst, loopback);
}

interface Sides {
  readonly before: ProofStanding;
  readonly after: ProofStanding;
  readonly manager: BddManager;
}

/** They broke a claim before and do not any more: that they are treated differently is what the edit is for. */
function fixedPackets(family: Family, { before, after, manager }: Sides, iif: string | undefined): Bdd {
  const way = firstPacketsOf(iif);
  const sets = before.promises().flatMap((state) => {
    if (state.family !== family) return [];
    const still = after.stateOf(state.claim, family).broken.get(way) ?? EMPTY;
    return [manager.minus(state.broken.get(way) ?? EMPTY, still)];
  });
  return manager.any(sets);
}
