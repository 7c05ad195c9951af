/** Packets fare as they do on a base: a question about two rulesets, beside the claims about one. */
export const UNCHANGED_FATE = 'unchanged-fate';
