/** The host around a pod's rules: what `ip` told of it, and for the rest a pod as the mesh sets it up. */

import { chooseSetting } from '../../connection/setting.ts';
import { readHost } from '../../host/readHost.ts';
import { defaultHost } from '../../mesh/defaultHost.ts';
import { readRules } from '../../ruleset/readRules.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Answers } from './questions.ts';
import { readRouting } from './routing.ts';

export interface LiveHost {
  /** a host description as JSON; absent when nothing was told, or it cannot be read */
  readonly text?: string;
  /** sentences without capital and stop */
  readonly notes: readonly string[];
}

/** `mesh`: by name, where the rules show none. */
export function liveHost(rules: Source, { answers, mesh }: { readonly answers: Answers; readonly mesh?: string | undefined }): LiveHost {
  const { routing, leftOut } = readRouting(answers);
  const assumed = (['interfaces', 'ip_rules', 'routes'] as const).filter((key) => routing[key] === undefined);
  if (assumed.length === 3) return { notes: ['no `ip` with JSON output: assuming the addresses and routes of a default pod'] };
  const rulesets = readRules(rules, { allowEmpty: true }).rulesets;
  const { profile } = chooseSetting({ rulesets, given: mesh === undefined ? {} : { profile: mesh } });
  const usual = defaultHost({ transparentPorts: transparentPorts(rulesets), ...(profile !== undefined && { profile }) });
  const description = { ...usual, ...routing };
  const { problems } = readHost(description);
  if (problems.length > 0) return { notes: problems.map((problem) => `ignoring the output of \`ip\`: ${problem}`) };
  const words = { interfaces: 'addresses', ip_rules: 'policy rules', routes: 'routes' };
  const notes = assumed.map((key) => `\`ip\` showed no ${words[key]}: those of an ordinary pod are assumed`);
  return { text: `${JSON.stringify(description, undefined, 2)}\n`, notes: [...leftOut, ...notes] };
}
