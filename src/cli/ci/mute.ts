/** Problems that the configuration accepts. */
import type { ConfigSuppression } from '../../api/library/config.ts';
import { mapProblems } from '../../app/ci/mapProblems.ts';
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { at, itemsOf } from '../../kubernetes/yaml/node.ts';
import { KEPT_PROMISES } from '../../pods/keptPromises.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import { REASON } from '../../report/review/acceptance.ts';
import type { Problem, Subject } from '../../report/review/review.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Call } from '../argv/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { list } from './list.ts';

export interface MutedSubjects {
  readonly subjects: readonly Subject[];
  /** about suppressions that do nothing */
  readonly diagnostics: readonly Diagnostic[];
}

export async function muteByConfig({ io }: Call, subjects: readonly Subject[], loaded: LoadedConfig): Promise<MutedSubjects> {
  const { config, folder, source, root } = loaded;
  const suppressions = await Promise.all(
    (config.suppressions ?? []).map(async ({ claim, files, packets, reason }) => {
      const named = files === undefined ? undefined : new Set(await io.glob(list(files), folder));
      const isOf = (problem: Problem) =>
        problem.id === claim && (packets === undefined || (problem.packets !== undefined && list(packets).includes(problem.packets)));
      return {
        claim,
        isEmpty: named?.size === 0,
        flaw: flawOf({ claim, reason, ...(packets !== undefined && { packets }) }),
        fits: (problem: Problem, file: string) => isOf(problem) && (named?.has(file) ?? true),
        muted: { by: 'config', reason } as const,
      };
    }),
  );
  const used = new Set<Muted>();
  const muted = mapProblems(subjects, (problem, { file, kind }) => {
    if (problem.muted !== undefined || kind === 'expectations' || KEPT_PROMISES.includes(problem.id)) return problem;
    const by = suppressions.find(({ flaw, fits }) => flaw === undefined && fits(problem, file))?.muted;
    if (by === undefined) return problem;
    used.add(by);
    return { ...problem, muted: by };
  });
  const diagnostics = suppressions.flatMap((one, index): readonly Diagnostic[] => {
    if (used.has(one.muted)) return [];
    const span = itemsOf(at(root, 'suppressions'))[index]?.span ?? root.span;
    const why = one.flaw ?? (one.isEmpty ? 'no file matches its `files`' : `no finding of \`${one.claim}\``);
    return [{ kind: 'warning', message: `suppressions[${index}]: ${why}: it suppresses nothing`, source, span }];
  });
  return { subjects: muted, diagnostics };
}

/** Why the entry suppresses nothing, whatever is found. */
function flawOf({ claim, packets, reason }: ConfigSuppression): string | undefined {
  if (reason === REASON) return `\`${REASON}\` stands for a reason to be written`;
  // a change of behaviour is accepted once: a later one is of other packets
  if (claim !== BEHAVIOUR_CHANGED || packets !== undefined) return undefined;
  return `\`${BEHAVIOUR_CHANGED}\` is accepted for the packets that change: \`packets\` has to name them, as \`accept\` prints them`;
}
