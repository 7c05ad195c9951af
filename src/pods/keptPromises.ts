/** Ids of what `ci` finds about a pull request itself, beside the claims: neither its own configuration nor a baseline accepts it. */

/** The configuration, and what it accepts, are those of the base. */
export const CONFIGURATION_CHANGED = 'configuration-changed';

/** What the base checks is still checked. */
export const SUBJECT_GONE = 'subject-gone';

export const KEPT_PROMISES: readonly string[] = [CONFIGURATION_CHANGED, SUBJECT_GONE];
