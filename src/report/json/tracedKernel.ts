/** JSON of what the running kernel did with the same packets. */
import type { KernelConnection, KernelStep, KernelView } from '../../connection/kernelView.ts';
import type { Backend } from '../../syntax/text/diagnostic.ts';

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
      /** how many were sent, as raw packets: `steps` are theirs */
      readonly packets: number;
      readonly steps: readonly TracedKernelStep[];
      /** the connection of the first leg, made with real sockets; absent: it was not */
      readonly connection?: KernelConnection & { readonly way: 'sockets' };
      readonly differs?: string;
      readonly notes?: readonly string[];
    };

export interface TracedKernelStep {
  readonly leg: number;
  /** absent: of the first packet of the leg's connection */
  readonly part?: string;
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

/** Absent: it was not to be asked. */
export function toTracedKernel(view: KernelView | undefined): KernelKeys {
  return view === undefined ? {} : { kernel: tracedKernel(view) };
}

export function tracedKernel(view: KernelView): TracedKernel {
  if ('missing' in view) return { agrees: null, missing: view.missing };
  const { kernel, backend, iptables, legs, connection, differs, notes } = view;
  return {
    kernel,
    backend,
    iptables,
    agrees: differs === undefined,
    packets: legs.length,
    steps: legs.flatMap(({ number, part, rows }) =>
      rows.flatMap(({ ours, kernels }) =>
        kernels === undefined ? [] : [{ leg: number, ...(part !== undefined && { part }), ...stepOf(kernels, ours !== undefined) }],
      ),
    ),
    ...(connection !== undefined && { connection: { way: 'sockets' as const, ...connection } }),
    ...(differs !== undefined && { differs }),
    ...(notes.length > 0 && { notes }),
  };
}

function stepOf({ text: _, says, ...step }: KernelStep, agrees: boolean): Omit<TracedKernelStep, 'leg' | 'part'> {
  return { ...step, ...(says !== undefined && { text: says }), agrees };
}
