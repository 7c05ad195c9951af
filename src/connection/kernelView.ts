/** What the running kernel did with the packets of a journey, beside what the simulator says: `--on-kernel`. */
import type { Backend } from '../syntax/text/diagnostic.ts';
import type { Journey } from './journey.ts';

/** Of the journeys that it was asked about. */
export type KernelViews = ReadonlyMap<Journey, KernelView>;

/** Asked about at least one packet; or why it was not asked. */
export type KernelView = KernelAsked | { readonly missing: string };

export interface KernelAsked {
  /** its release, as uname(1) prints it */
  readonly kernel: string;
  readonly backend: Backend;
  /** version of iptables */
  readonly iptables: string;
  readonly legs: readonly KernelLeg[];
  /** of the first leg, made with sockets; absent: it could not be, which a note says where it is asked for */
  readonly connection?: KernelConnection;
  /** the first difference, in a sentence; absent: they agree */
  readonly differs?: string;
  /** what it was not asked about, and what is otherwise there, as sentences */
  readonly notes: readonly string[];
}

/** What sockets saw, of a process or of another host. */
export interface KernelConnection {
  readonly completes: boolean;
  /** `completes`, `stalls: the SYN-ACK is dropped by filter OUTPUT#3` */
  readonly says: string;
  /** null: sockets cannot tell whether it is as here */
  readonly agrees: boolean | null;
}

/** One packet, here and there. */
export interface KernelLeg {
  /** of the trace, from 1 */
  readonly number: number;
  /** what the packet is to its connection, `syn-ack`; absent: the first */
  readonly part?: string;
  /** in arrow form */
  readonly packet: string;
  readonly rows: readonly KernelPair[];
  readonly ours: string;
  readonly kernels: string;
  readonly agrees: boolean;
}

/** The same step on both sides, or a step that one side alone has. */
export interface KernelPair {
  readonly ours?: string;
  readonly kernels?: KernelStep;
}

export interface KernelStep {
  /** as our own step would read */
  readonly text: string;
  readonly hook: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly table: string;
  readonly chain: string;
  /** 1-based; absent: the policy, or the end of the chain */
  readonly rule?: number;
  readonly verdict: string;
  readonly target?: string;
  readonly says?: string;
}

/** null: it was not asked. */
export function kernelAgrees(view: KernelView): boolean | null {
  return 'missing' in view ? null : view.differs === undefined;
}
