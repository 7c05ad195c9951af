/** --on-kernel: a walked packet with what the running kernel does with it. */
import type { WalkedPacket } from '../../app/trace/walkPacket.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { clockOf } from '../argv/limits.ts';
import type { Job } from './job.ts';

interface Told {
  readonly walked: WalkedPacket;
  /** what is said of the packet so far */
  readonly input: TraceInput;
  /** one of a few: its connection is made with sockets too */
  readonly bySockets?: true;
}

export async function withKernel({ call, kernel, setting }: Job, { walked, input, bySockets }: Told): Promise<TraceInput> {
  if (kernel === undefined) return input;
  // where the rules of the pod are not known there is nothing to load
  if (setting.outside?.walks === false) return { ...input, kernel: { missing: setting.outside.says } };
  const { journey, ruleset, host } = walked;
  return { ...input, kernel: await kernel.ask({ journey, ruleset, host, left: clockOf(call.input), ...(bySockets && { bySockets }) }) };
}
