/** Packets do what they do on a base: a question about two rulesets, beside the claims about one. */
export const BEHAVIOUR_CHANGED = 'behaviour-changed';

/** Under which it is still accepted in configurations. */
export const FORMER_NAMES: ReadonlyMap<string, string> = new Map([['unchanged-fate', BEHAVIOUR_CHANGED]]);
