/** --on-kernel of a proof: the packets that it shows, put to the running kernel. What comes of that is told beside the proof and never changes
 *  its verdict. */
import type { Journey } from '../../connection/journey.ts';
import type { KernelView, KernelViews } from '../../connection/kernelView.ts';
import type { Host } from '../../host/host.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Compared } from '../../report/json/diffResults.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { clockOf, secondsOf } from '../argv/limits.ts';
import type { KernelAsker } from './kernelAsker.ts';
import { kernelExitCode } from './kernelExitCode.ts';

export interface Witnessed<T> {
  readonly shown: readonly T[];
  /** says what was missing or where both differ, once */
  readonly tell: () => Promise<ExitCode>;
}

/** Witnesses of violated claims. */
export function withWitnesses(call: Call, pods: readonly Verified[]): Promise<Witnessed<Verified>> {
  return witnessed(call, pods, async (ask, pod) => {
    const { findings, rulesets, host } = pod;
    const broken = findings.flatMap(({ verdict, witness }) => (verdict === 'violated' && witness !== undefined ? [witness] : []));
    return host === undefined ? new Map() : ask({ journeys: broken, rulesets, host });
  });
}

/** Examples of changes, on both sides. */
export function withExamples(call: Call, compared: readonly Compared[]): Promise<Witnessed<Compared>> {
  return witnessed(call, compared, async (ask, { pair, diff }) => {
    const changes = diff.diffs.flatMap((one) => one.changes);
    const sides = (['base', 'head'] as const).map((side) => ({ ...pair[side], journeys: changes.map((change) => change[side].journey) }));
    return new Map([...(await ask(sides[0] as Journeys)), ...(await ask(sides[1] as Journeys))]);
  });
}

interface Journeys {
  readonly journeys: readonly Journey[];
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
}

type AskAll = (asked: Journeys) => Promise<KernelViews>;

interface WithKernels {
  readonly kernels?: KernelViews;
}

async function witnessed<T extends WithKernels>(
  call: Call,
  things: readonly T[],
  viewsOf: (ask: AskAll, thing: T) => Promise<KernelViews>,
): Promise<Witnessed<T>> {
  if (!optionIsSet(call.input, 'onKernel')) return { shown: things, tell: async () => EXIT.ok };
  // what asks it is loaded here only
  const { kernelAsker } = await import('./kernelAsker.ts');
  const asker = kernelAsker(call.io, secondsOf(call.input));
  const known = new Map<Journey, KernelView>();
  const askWithin =
    (left: () => number): AskAll =>
    async (asked) => {
      for (const journey of asked.journeys) if (!known.has(journey)) await look(asker, { ...asked, journey, known, left });
      return known;
    };
  const shown: T[] = [];
  try {
    for (const thing of things) shown.push({ ...thing, kernels: await viewsOf(askWithin(clockOf(call.input)), thing) });
  } finally {
    await asker.close();
  }
  return { shown, tell: () => kernelExitCode(call.io, { views: [...known.values()], unasked: EXIT.ok }) };
}

interface Looked extends Journeys {
  readonly journey: Journey;
  readonly known: Map<Journey, KernelView>;
  readonly left: () => number;
}

async function look(asker: KernelAsker, { journey, rulesets, host, known, left }: Looked): Promise<void> {
  const ruleset = rulesets.find(({ family }) => family === journey.packet.family);
  if (ruleset !== undefined) known.set(journey, await asker.ask({ journey, ruleset, host, left }));
}
