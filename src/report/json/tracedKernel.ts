/** What the running kernel did with the same packets, beside a trace: what is told of it, and its JSON. */
import type { Backend } from '../../syntax/text/diagnostic.ts';

/** Asked about at least one packet; or why it was not asked. */
export type KernelView = KernelAsked | { readonly missing: string };

export interface KernelAsked {
  /** its release, as uname(1) prints it */
  readonly kernel: string;
  readonly backend: Backend;
  /** version of iptables */
  readonly iptables: string;
  readonly legs: readonly KernelLeg[];
  /** the first difference, in a sentence; absent: they agree */
  readonly differs?: string;
  /** what it was not asked about, and what is otherwise there, as sentences */
  readonly notes: readonly string[];
}

/** One packet, here and there. */
export interface KernelLeg {
  /** of the trace, from 1 */
  readonly number: number;
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

export interface KernelKeys {
  /** --on-kernel: what the running kernel did with the same packets */
  readonly kernel?: TracedKernel;
}

/** Key `kernel` of a trace. */
export type TracedKernel =
  | { readonly agrees: null; readonly missing: string }
  | {
      readonly kernel: string;
      readonly backend: Backend;
      readonly iptables: string;
      readonly agrees: boolean;
      readonly steps: readonly TracedKernelStep[];
      readonly differs?: string;
      readonly notes?: readonly string[];
    };

export interface TracedKernelStep {
  readonly leg: number;
  readonly hook: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly table: string;
  readonly chain: string;
  readonly rule?: number;
  readonly verdict: string;
  readonly target?: string;
  readonly text?: string;
  /** ours is the same */
  readonly agrees: boolean;
}

export function kernelAgrees(view: KernelView): boolean | null {
  return 'missing' in view ? null : view.differs === undefined;
}

/** Absent: it was not to be asked. */
export function toTracedKernel(view: KernelView | undefined): KernelKeys {
  return view === undefined ? {} : { kernel: tracedKernel(view) };
}

function tracedKernel(view: KernelView): TracedKernel {
  if ('missing' in view) return { agrees: null, missing: view.missing };
  const { kernel, backend, iptables, legs, differs, notes } = view;
  return {
    kernel,
    backend,
    iptables,
    agrees: differs === undefined,
    steps: legs.flatMap(({ number, rows }) =>
      rows.flatMap(({ ours, kernels }) => (kernels === undefined ? [] : [stepOf(number, kernels, ours !== undefined)])),
    ),
    ...(differs !== undefined && { differs }),
    ...(notes.length > 0 && { notes }),
  };
}

function stepOf(leg: number, { text: _, says, ...step }: KernelStep, agrees: boolean): TracedKernelStep {
  return { leg, ...step, ...(says !== undefined && { text: says }), agrees };
}
