/** What claims are checked on, for both families of one pod or machine: one setting, one budget. */

import type { ChosenSetting } from '../../connection/setting.ts';
import type { Budget } from '../../lib/budget.ts';
import type { Family } from '../../packet/address.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Space } from '../../symbolic/space/space.ts';
import { inferDeclaration } from '../inferred/infer.ts';
import { ProofContext } from '../proof/context.ts';
import type { VerifyOptions } from './verifyRules.ts';

export interface ContextsQuestion {
  readonly setting: Pick<ChosenSetting, 'profile' | 'host' | 'usual'>;
  readonly options: VerifyOptions;
  readonly budget: Budget;
  /** of contexts on the same host whose sets are to be compared with these; absent: each context has its own */
  readonly spaces?: ReadonlyMap<Family, Space>;
}

/** One for each ruleset, IPv4 first, each of another family. */
export function proofContexts(rulesets: readonly Ruleset[], { spaces, ...question }: ContextsQuestion): readonly ProofContext[] {
  const contexts: ProofContext[] = [];
  for (const ruleset of rulesets.toSorted((a, b) => a.family - b.family)) {
    const space = spaces?.get(ruleset.family);
    const otherRules = rulesets.find((one) => one !== ruleset);
    contexts.push(contextOf({ ...question, ruleset, otherFamily: contexts[0], otherRules, ...(space === undefined ? {} : { space }) }));
  }
  return contexts;
}

interface ContextInput {
  readonly budget: Budget;
  readonly ruleset: Ruleset;
  readonly setting: Pick<ChosenSetting, 'profile' | 'host' | 'usual'>;
  readonly options: VerifyOptions;
  readonly otherFamily: ProofContext | undefined;
  readonly otherRules?: Ruleset | undefined;
  readonly space?: Space;
}

function contextOf(input: ContextInput): ProofContext {
  const { ruleset, setting, options, budget, otherFamily, otherRules, space } = input;
  const { profile, host, usual } = setting;
  const { where, whileInit, accepted, counterpart } = options;
  const { space: _, ...alone } = input;
  return new ProofContext({
    ruleset,
    host,
    budget,
    ...(space === undefined ? {} : { space }),
    declared: inferDeclaration({ ruleset, profile, host }),
    ...(profile === undefined ? {} : { profile }),
    ...(where === undefined ? {} : { where: { expr: where.expr[ruleset.family], ...(where.dir === undefined ? {} : { dir: where.dir }) } }),
    ...(otherFamily === undefined ? {} : { otherFamily }),
    ...(otherRules === undefined ? {} : { otherRules }),
    ...(whileInit === undefined ? {} : { whileInit }),
    ...(counterpart === undefined ? {} : { counterpart: otherContext(input, counterpart) }),
    ...(accepted === undefined ? {} : { accepted: accepted(ruleset) }),
    ...(usual === undefined
      ? {}
      : {
          usual: {
            identity: usual.identity,
            context: () => contextOf({ ...alone, setting: usual, options: where === undefined ? {} : { where } }),
          },
        }),
  });
}

/** Of the same family, made on demand. */
function otherContext(
  { ruleset: { family }, setting: { profile }, options, budget }: ContextInput,
  counterpart: NonNullable<VerifyOptions['counterpart']>,
): ProofContext['counterpart'] {
  return (other) => {
    const found = counterpart(other);
    if (typeof found === 'string') return found;
    const { rulesets, host, here, there } = found;
    const ruleset = rulesets.find((one) => one.family === family) ?? withoutRules(family, rulesets[0]);
    const { where } = options;
    const setting = { host, ...(profile === undefined ? {} : { profile }) };
    return {
      context: contextOf({ ruleset, setting, budget, options: where === undefined ? {} : { where }, otherFamily: undefined }),
      here,
      there,
    };
  };
}

/** Rules that are not there capture nothing. */
export function withoutRules(family: Family, beside: Ruleset | undefined): Ruleset {
  return emptyRuleset(family, beside?.source ?? { file: 'rules', text: '' });
}
