/** Claims about each of several proxies that the host names: the first gives the answer its name, the others are judged beside it. */
import { ownProfiles } from '../../connection/ownProfile.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { ClaimId } from '../proof/claimId.ts';
import type { ProofContext } from '../proof/context.ts';
import type { Finding } from '../proof/finding.ts';
import { isOwnProxy } from '../proof/ownScopes.ts';
import { type ContextsQuestion, proofContexts } from './contexts.ts';

/** Those that ask of one proxy. Loops, own ports, names and answers are asked of the host as a whole. */
const OF_ONE_PROXY: readonly ClaimId[] = [
  'pod-captured',
  'proxy-egress-direct',
  'outbound-captured',
  'inbound-captured',
  'dns-proxy-direct',
];

/** None where a mesh or one proxy is all that there is. */
export function otherProxies(rulesets: readonly Ruleset[], question: ContextsQuestion): readonly ProofContext[] {
  const { profile, host } = question.setting;
  if (!isOwnProxy(profile)) return [];
  return ownProfiles(host)
    .filter(({ title }) => title !== profile.title)
    .flatMap((other) => proofContexts(rulesets, { ...question, setting: { host, profile: other } }));
}

export interface OtherProxies {
  readonly contexts: readonly ProofContext[];
  readonly judge: (context: ProofContext) => readonly Finding[];
}

/** What is broken of any proxy is said; it holds where it holds of all that it is asked of. */
export function ofEveryProxy(claim: ClaimId, first: readonly Finding[], { contexts, judge }: OtherProxies): readonly Finding[] {
  if (contexts.length === 0 || !OF_ONE_PROXY.includes(claim)) return first;
  const all = [...first, ...contexts.flatMap(judge)];
  return [...new Set(all.map(({ family }) => family))].flatMap((family) => {
    const found = all.filter((one) => one.family === family);
    const isSaid = ({ packets }: Finding, at: number): boolean =>
      packets !== undefined && found.findIndex((one) => one.packets === packets) < at;
    const open = found.filter((one, at) => (one.verdict === 'violated' || one.verdict === 'undecided') && !isSaid(one, at));
    const held = found.find(({ verdict }) => verdict === 'holds') ?? found[0];
    return open.length > 0 || held === undefined ? open : [held];
  });
}
