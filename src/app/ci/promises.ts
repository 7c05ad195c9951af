/** What a pull request does to the check itself, as a subject of the review. */

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

export interface Promises {
  readonly file: string;
  readonly revision: string;
  /** levels that the base gives to the two */
  readonly levels: Readonly<Record<string, Level | 'off'>>;
  readonly changed: readonly Broken[];
  readonly gone: readonly Broken[];
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

export function promisesSubject({ file, revision, levels, changed, gone }: Promises): Subject {
  const checkOf = (id: keyof typeof STATEMENTS, broken: readonly Broken[]): readonly Check[] => {
    const level = levels[id];
    if (level === 'off') return [];
    const problems = broken.map((one): Problem => {
      const remedy = one.level === 'error' ? REMEDY[id] : undefined;
      return {
        id,
        verdict: 'failed',
        blame: [],
        ...one,
        level: one.level === 'error' ? (level ?? 'error') : one.level,
        ...(remedy !== undefined && { remedy }),
        fingerprint: fingerprintOf({ id, subject: file, verdict: 'failed', says: one.message }),
      };
    });
    return [{ id, statement: STATEMENTS[id], verdict: problems.length > 0 ? 'failed' : 'passed', problems }];
  };
  const checks = [...checkOf(CONFIGURATION_CHANGED, changed), ...checkOf(SUBJECT_GONE, gone)];
  return { kind: 'configuration', name: `${revision}:${file} -> ${file}`, file, checks };
}
