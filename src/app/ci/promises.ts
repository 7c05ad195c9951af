/** What a pull request does to the check itself, as a subject of the review. */

import { groupBy } from '../../lib/groupBy.ts';
import { CONFIGURATION_CHANGED, SUBJECT_GONE } from '../../pods/keptPromises.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { fingerprintOf } from '../../report/review/fingerprint.ts';
import type { Check, Problem, ReviewLocation, Subject } from '../../report/review/review.ts';

export interface Broken {
  readonly level: Level;
  /** without capital and full stop */
  readonly message: string;
  readonly place?: ReviewLocation;
}

/** What the base checks and the pull request does not. */
export interface Gone extends Broken {
  /** what it is about: `net/pod.rules`, `Deployment shop/web` */
  readonly of: string;
}

export interface Promises {
  readonly file: string;
  readonly revision: string;
  /** levels that the base gives to the two */
  readonly levels: Readonly<Record<string, Level | 'off'>>;
  readonly changed: readonly Broken[];
  readonly gone: readonly Gone[];
}

const STATEMENTS = {
  [CONFIGURATION_CHANGED]: 'The configuration, and what it accepts, are those of the base.',
  [SUBJECT_GONE]: 'What the base checks is still checked.',
};

const REMEDY: Readonly<Record<string, string>> = {
  [CONFIGURATION_CHANGED]:
    'Review the change as one of the rules: it decides what is found. `--config-from-base` checks with the configuration of the base.',
  [SUBJECT_GONE]: 'Review whether it is meant to go: nothing is said of it any more.',
};

/** The configuration, and each thing that is gone: under its own name, in the configuration, as it has no file any more. */
export function promisesSubjects({ file, revision, levels, changed, gone }: Promises): readonly Subject[] {
  const checkOf = (id: keyof typeof STATEMENTS, broken: readonly Broken[]): readonly Check[] => {
    const level = levels[id];
    if (level === 'off') return [];
    const problems = broken.map((one): Problem => {
      const { level: own, message, place } = one;
      const remedy = own === 'error' ? REMEDY[id] : undefined;
      return {
        id,
        verdict: 'failed',
        blame: [],
        message,
        ...(place !== undefined && { place }),
        level: own === 'error' ? (level ?? 'error') : own,
        ...(remedy !== undefined && { remedy }),
        fingerprint: fingerprintOf({ id, subject: file, verdict: 'failed', says: message }),
      };
    });
    return [{ id, statement: STATEMENTS[id], verdict: problems.length > 0 ? 'failed' : 'passed', problems }];
  };
  const own = [...checkOf(CONFIGURATION_CHANGED, changed), ...(gone.length === 0 ? checkOf(SUBJECT_GONE, []) : [])];
  const lost = [...groupBy(gone, (one) => one.of)].map(([of, some]): Subject => {
    return { kind: 'configuration', name: `${revision}:${of}`, file, checks: checkOf(SUBJECT_GONE, some) };
  });
  return [{ kind: 'configuration', name: `${revision}:${file} -> ${file}`, file, checks: own }, ...lost];
}
