/** The users and groups that the rules spare, and the profile of a proxy that runs as them. */

import { memoize } from '../lib/memo.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { Effect } from '../netfilter/effect.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import { rulesReachedAt } from '../ruleset/everyRule.ts';
import { asksOnly, pointsOf, type RuleShape, shapeOf } from '../ruleset/ruleShape.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

export interface Identity {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

/** They spare a packet. */
const ENDING: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>(['return', 'accept']);

/** Owners that the mesh's own chain for outbound traffic lets pass whatever else the packet is. A rule in any other chain exempts a
 *  process too, and does not show that it is the proxy. The likeliest first. */
function shownIdentity(ruleset: Ruleset, { places }: Pick<MeshProfile, 'places'>): Identity {
  return identityIn(ruleset, places);
}

const identityIn = memoize((ruleset: Ruleset, places: MeshProfile['places']): Identity => {
  const { chain, excludes } = places.outbound;
  const several = places.severalOwners === true;
  const shapes = rulesReachedAt(ruleset, 'OUTPUT', 'nat')
    .filter((rule) => chain.test(rule.chain))
    .map(shapeOf);
  const spared = shapes.filter(({ rule }) => ENDING.has(lastEffect(rule).kind));
  const of = (among: readonly RuleShape[], field: 'uid' | 'gid') => [
    ...new Set(among.flatMap((shape) => pointsOf<number>([shape], field))),
  ];
  const on = (field: 'uid' | 'gid') =>
    of(
      spared.filter((shape) => asksOnly(shape, field)),
      field,
    );
  const onLo = (field: 'uid' | 'gid') =>
    of(
      shapes.filter(({ has }) => has.has('oif') && has.has(field)),
      field,
    );
  const uids = on('uid');
  const gids = several ? on('gid').filter((gid) => onLo('gid').includes(gid) || uids.includes(gid)) : [];
  // users that are excluded come before the proxy
  if (!several) return { uids: excludes.includes('uid') ? uids.toReversed() : uids, gids };
  // each of its users and groups has rules for lo as well: beside them, one without is not the proxy
  const whole = uids.filter((uid) => onLo('uid').includes(uid));
  return { uids: whole.length > 0 ? whole : uids, gids };
});

/** Those with whom the proxy may share its listeners: of the rules' users and groups, where the mesh can be set to several. */
export function sharedIdentity(ruleset: Ruleset, profile: MeshProfile): Identity {
  return profile.places.severalOwners === true ? shownIdentity(ruleset, profile) : { uids: [], gids: [] };
}

export function showsIdentity(rulesets: readonly Ruleset[], profile: MeshProfile): boolean {
  return rulesets.map((ruleset) => shownIdentity(ruleset, profile)).some(({ uids, gids }) => uids.length + gids.length > 0);
}

/** A number that a user or a group can have. */
export function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 0xffff_ffff;
}

/** Who the proxy is, as given; each part may be absent. */
export interface SaidIdentity {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface ChosenIdentity {
  readonly uid: number;
  readonly gid: number;
  /** the parts that are read from the rules, against the profile, because they are not given */
  readonly taken: readonly ('uid' | 'gid')[];
  /** who the profile's proxy is, with what was said */
  readonly usual: { readonly uid: number; readonly gid: number };
}

export interface IdentityQuestion {
  readonly profile: MeshProfile;
  /** of both families; of a comparison those of both sides */
  readonly rulesets: readonly Ruleset[];
  /** those that show who the proxy is where none of all lets the usual one past */
  readonly shownBy: readonly Ruleset[];
  readonly said: SaidIdentity;
  /** the rules hand packets over by TPROXY */
  readonly transparent: boolean;
}

/** As given; else as the rules show it, where they agree and do not exempt the usual owner; else the profile. */
export function chooseIdentity({ profile, rulesets, shownBy, said, transparent }: IdentityQuestion): ChosenIdentity {
  const own = (transparent ? profile.whenTransparent?.process : undefined) ?? profile.process;
  const all = rulesets.map((ruleset) => shownIdentity(ruleset, profile));
  const shown = shownBy.map((ruleset) => shownIdentity(ruleset, profile));
  const agreed: Agreed = (of, usual) => {
    const sets = shown.map(of).filter((values) => values.length > 0);
    const [first] = sets[0] ?? [];
    const isUsual = first === undefined || all.some((one) => of(one).includes(usual)) || sets.some((values) => !values.includes(first));
    return isUsual ? usual : first;
  };
  // root cannot be spared by name: then the rules know the proxy by its group
  const shownUid = own.uid === 0 ? own.uid : agreed(({ uids }) => uids, own.uid);
  const shownGid = groupOf(said, own, agreed);
  const usual = { uid: said.uid ?? own.uid, gid: said.gid ?? usualGroup(said, own, shownGid) };
  const { uid, gid } = profile.mark === undefined ? { uid: said.uid ?? shownUid, gid: said.gid ?? shownGid } : usual;
  return { uid, gid, usual, taken: [...(uid === usual.uid ? [] : (['uid'] as const)), ...(gid === usual.gid ? [] : (['gid'] as const))] };
}

type Agreed = (of: (one: Identity) => readonly number[], usual: number) => number;

/** A proxy of the usual user has the usual group; one of another user has the same number or what the rules show. */
function groupOf({ uid }: SaidIdentity, own: SaidIdentity & { readonly gid: number }, agreed: Agreed): number {
  return uid !== undefined && uid === own.uid ? own.gid : agreed(({ gids }) => gids, own.gid);
}

function usualGroup({ uid }: SaidIdentity, own: { readonly gid: number }, shown: number): number {
  return uid !== undefined && shown === uid ? uid : own.gid;
}

/** The mesh with its proxy so. */
export function profileOfProxy(profile: MeshProfile, { uid, gid }: { readonly uid: number; readonly gid: number }): MeshProfile {
  const { whenTransparent } = profile;
  const root = whenTransparent?.process;
  return {
    ...profile,
    process: { ...profile.process, uid: uid === root?.uid ? profile.process.uid : uid, gid },
    ...(whenTransparent === undefined
      ? {}
      : { whenTransparent: { ...whenTransparent, ...(root === undefined ? {} : { process: { ...root, gid } }) } }),
  };
}
