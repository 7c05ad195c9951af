/** Who is the application, where that is not given. */
import type { Host } from '../host/host.ts';
import { point } from '../lib/intervals.ts';
import { ALWAYS, and, inSet, type MatchExpr, not } from '../netfilter/matchExpr.ts';
import type { MeshProfile } from './profile.ts';

/** Packets of processes with neither the user nor the group of the proxy. One that runs as root is known by its group,
 *  and one that the rules know by its mark may share its user with anybody. */
export function notProxy(profile: MeshProfile | undefined, { processes }: Host): MatchExpr {
  if (profile === undefined || profile.mark !== undefined) return ALWAYS;
  const { uid, gid } = processes.get(profile.process.name) ?? profile.process;
  const uids = [...new Set([profile.process.uid, ...(uid === 0 ? [] : [uid])])];
  return and(not(inSet('uid', uids.map(point))), not(inSet('gid', [...new Set([profile.process.gid, gid])].map(point))));
}
