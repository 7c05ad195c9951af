/** What a run that watches files takes over from the run before: texts that were read, and pods that were proved.
 *  Both are made of what they are given and of nothing else, so each is found by all that it is given, written out: the texts with their
 *  names, how they are read, what stands beside them, the host, and every option of the question. Whatever an edit touches is in there, or
 *  no proof can have read it: in a folder of dumps one edit proves one pod again. Two things come into a proof from outside, the clock and what
 *  other pods left of the reserve: a proof that met either is not kept, and one that is taken over leaves the reserve as it did. */
import type { Reserve } from '../../lib/budget.ts';
import { dataText } from '../../lib/dataText.ts';
import type { Verified, VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { type ReadRules, readRules } from '../../ruleset/readRules.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Suppressions } from './comments.ts';

interface KeptPod {
  readonly verified: Verified;
  /** rulesets that it brought to the reserve */
  readonly admitted: number;
}

interface KeptRun {
  readonly texts: Map<string, ReadRules>;
  readonly pods: Map<string, KeptPod>;
  /** by text: findings that they accept name them */
  readonly comments: Map<string, Suppressions>;
}

/** Of the last run and of this one: what neither needs is forgotten. */
export interface KeptProofs {
  before: KeptRun;
  now: KeptRun;
}

export function keptProofs(): KeptProofs {
  return { before: emptyRun(), now: emptyRun() };
}

export function beginRun(kept: KeptProofs): void {
  [kept.before, kept.now] = [kept.now, emptyRun()];
}

function emptyRun(): KeptRun {
  return { texts: new Map(), pods: new Map(), comments: new Map() };
}

/** As `readRules`. */
export function readKept({ before, now }: KeptProofs): typeof readRules {
  return (source, options) => {
    const key = dataText([source, options]);
    const read = (key === undefined ? undefined : (now.texts.get(key) ?? before.texts.get(key))) ?? readRules(source, options);
    if (key !== undefined) now.texts.set(key, read);
    return read;
  };
}

export interface KeptQuestion {
  /** how its texts were read, as a value */
  readonly reading: unknown;
  readonly options: VerifyOptions;
}

/** What `prove` answers for these options. */
export function provedKept(
  { before, now }: KeptProofs,
  pod: readonly Ruleset[],
  { reading, options: { limits, progress, ...options } }: KeptQuestion,
  prove: (options: Pick<VerifyOptions, 'limits'>) => Verified,
): Verified {
  const key = dataText([pod.map(({ family, source }) => [family, source]), reading, options]);
  const known = key === undefined ? undefined : before.pods.get(key);
  if (key !== undefined && known !== undefined) {
    const reserve = limits?.().reserve;
    for (let at = 0; at < known.admitted; at++) reserve?.admit({});
    now.pods.set(key, known);
    return known.verified;
  }
  const met: { readonly deadline: () => boolean; readonly reserve: Reserve | undefined }[] = [];
  const counted = () => {
    const { deadline = () => false, ...others } = limits?.() ?? {};
    met.push({ deadline, reserve: others.reserve });
    return { deadline, ...others };
  };
  const { admitted = 0, taken = 0 } = limits?.().reserve ?? {};
  const verified = prove({ limits: counted });
  const isAlone = met.every(({ deadline, reserve }) => !deadline() && (reserve === undefined || reserve.taken === taken));
  if (key !== undefined && isAlone) now.pods.set(key, { verified, admitted: (met[0]?.reserve?.admitted ?? admitted) - admitted });
  return verified;
}
