/** The mesh and the host that are assumed for rules which come without them, as every command assumes them. */

import { chooseSetting } from '../../src/connection/setting.ts';
import type { Host } from '../../src/host/host.ts';
import type { MeshProfile } from '../../src/mesh/profile.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';

export function profileOf(rulesets: readonly Ruleset[]): MeshProfile | undefined {
  return chooseSetting({ rulesets, given: {} }).profile;
}

export function assumedHost(rulesets: readonly Ruleset[], profile: MeshProfile | undefined): Host {
  return chooseSetting({ rulesets, given: { profile: profile?.name ?? 'none' } }).host;
}
