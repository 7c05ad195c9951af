/** One family's rules on one host in one mesh, and the space of their packets: what a question about all packets is about. */
import type { Host } from '../host/host.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Space } from '../symbolic/space/space.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';

export interface RulesOnHost {
  readonly ruleset: Ruleset;
  readonly host: Host;
  /** undefined: no mesh */
  readonly profile: MeshProfile | undefined;
  readonly space: Space;
}

/** With all that processes here send, by how it ends. */
export interface SendingHost extends RulesOnHost {
  readonly out: () => readonly FateClass[];
}
