/** The users and groups that the rules spare, and the profile of a proxy that runs as them. */
import type { MeshProfile } from '../mesh/profile.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { asksOnly, pointsOf, rulesFrom } from './ruleShape.ts';

export interface Identity {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

/** Owners that OUTPUT's nat rules let pass whatever else the packet is. A group counts when it has rules for lo as well, or there is no user. */
export function shownIdentity(ruleset: Ruleset): Identity {
  const shapes = rulesFrom(ruleset, 'nat', 'OUTPUT');
  const spared = shapes.filter(({ rule: { effect } }) => effect.kind === 'return' || effect.kind === 'accept');
  const uids = pointsOf<number>(
    spared.filter((shape) => asksOnly(shape, 'uid')),
    'uid',
  );
  const onLo = pointsOf<number>(
    shapes.filter(({ has }) => has.has('oif') && has.has('gid')),
    'gid',
  );
  const gids = pointsOf<number>(
    spared.filter((shape) => asksOnly(shape, 'gid')),
    'gid',
  );
  return { uids, gids: gids.filter((gid) => onLo.includes(gid) || uids.includes(gid)) };
}

/** Without a host that says who the proxy is: as the rules show it, where they are of one mind and know nobody of the usual name. */
export function profileAsShown(
  profile: MeshProfile,
  rulesets: readonly Ruleset[],
): { readonly profile: MeshProfile; readonly notes: readonly string[] } {
  const shown = rulesets.map(shownIdentity);
  const agreed = (of: (one: Identity) => readonly number[], usual: number): number => {
    const sets = shown.map(of).filter((values) => values.length > 0);
    const [first] = sets[0] ?? [];
    return first === undefined || sets.some((values) => values.includes(usual) || !values.includes(first)) ? usual : first;
  };
  const uid = agreed(({ uids }) => uids, profile.process.uid);
  const gid = agreed(({ gids }) => gids, profile.process.gid);
  if (profile.mark !== undefined || (uid === profile.process.uid && gid === profile.process.gid)) return { profile, notes: [] };
  const { whenTransparent } = profile;
  const root = whenTransparent?.process;
  return {
    profile: {
      ...profile,
      process: { ...profile.process, uid, gid },
      ...(whenTransparent === undefined
        ? {}
        : { whenTransparent: { ...whenTransparent, ...(root === undefined ? {} : { process: { ...root, gid } }) } }),
    },
    notes: [
      `the proxy is taken to run as uid ${uid} and gid ${gid}, which the rules spare; usual is ${profile.process.uid} and ${profile.process.gid}: say --proxy-uid, --proxy-gid or --host`,
    ],
  };
}
