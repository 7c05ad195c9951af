/** The name of a problem that stays when lines move, chains get rules elsewhere, or a checkout lies in another folder. */
import type { Journey } from '../../connection/journey.ts';
import { toPacketJson } from '../../packet/packetJson.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { shortDigest } from '../text/shortDigest.ts';
import { firstWording } from './firstWording.ts';
import type { Problem } from './review.ts';
import { repositoryPath } from './uri.ts';

export interface FingerprintParts extends Pick<Problem, 'id' | 'verdict' | 'family'> {
  /** what was checked, without revisions: a file as it was given, `Deployment shop/web` */
  readonly subject: string;
  readonly witness?: Journey | undefined;
  /** the same packet before the change */
  readonly before?: Journey | undefined;
  /** count where there is no witness: their texts, not their places */
  readonly rules?: readonly Rule[];
  /** counts where there is neither */
  readonly says?: string | undefined;
}

/** 32 hex digits. */
export function fingerprintOf({ id, subject, verdict, family, witness, before, rules = [], says }: FingerprintParts): string {
  const shown = [before, witness].map((journey) => (journey === undefined ? null : [toPacketJson(journey.packet), journey.outcome]));
  const texts = rules.map(({ table, text }) => [table, text]);
  const evidence = witness !== undefined ? shown : texts.length > 0 ? texts : [says === undefined ? null : firstWording(says)];
  const identity = JSON.stringify([id, repositoryPath(subject), verdict, family ?? null, evidence]);
  return shortDigest(identity);
}

/** Problems that cannot be distinguished, such as two equal rules, are counted in the order in which they stand. */
export function withOwnFingerprints(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<string, number>();
  return problems.map((problem) => {
    const count = (seen.get(problem.fingerprint) ?? 0) + 1;
    seen.set(problem.fingerprint, count);
    return count === 1 ? problem : { ...problem, fingerprint: `${problem.fingerprint}:${count}` };
  });
}
