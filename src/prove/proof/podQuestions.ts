/** What the claims ask of a pod beside its rules; pods/ answers: how far its start is, and how else it could be captured. */
import type { Host } from '../../host/host.ts';
import type { Phase } from '../../injection/facts/initPhase.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';

export interface WhileInit {
  readonly phase: Phase;
  /** the init containers that find this phase; none: the pod has none of its own, and is checked as if it had one */
  readonly senders: readonly Sender[];
}

export interface Sender {
  readonly name: string;
  /** undefined: only the image says */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Who writes the rules, or the interception mode. */
export type Other = 'approach' | 'mode';

/** `here` and `there` name the two ways, as in `with istio-init`. */
export interface CounterpartNames {
  readonly here: string;
  readonly there: string;
}

/** The same pod, captured in another way. Equal keys: equal rules and host. */
export interface Counterpart extends CounterpartNames {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly key: string;
}
