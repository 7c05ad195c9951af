/** Which claims make sense while init containers run, and whose packets they are about then. */
import { point } from '../../lib/intervals.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, inSet, not, or, present } from '../../netfilter/matchExpr.ts';
import type { Claim } from './claim.ts';
import type { ProofContext } from './context.ts';
import type { WhileInit } from './podQuestions.ts';
import { ofApplication } from './scopes.ts';

/** Why a claim makes no sense yet; undefined: it does. */
export function notYet({ needs, whileInit }: Claim, { phase }: WhileInit): string | undefined {
  if (whileInit === true) return undefined;
  if (phase === 'before') return 'the rules are written after the init containers have run';
  if (needs === 'application') return 'the application does not run yet';
  return needs === 'proxy' && phase === 'without-proxy' ? 'the proxy does not run yet' : undefined;
}

/** Sent by the init containers, as far as their users are known; anybody but the proxy where not. */
export function ofInitContainers(context: ProofContext, { senders }: WhileInit): MatchExpr {
  if (senders.length === 0) return ofApplication(context);
  const { proxyGids } = context.declared;
  return or(
    ...senders.map(({ uid, gid }) => {
      if (uid === undefined) return ofApplication(context);
      const group = gid === undefined ? not(inSet('gid', proxyGids.map(point))) : equals('gid', gid);
      return and(present('uid'), equals('uid', uid), group, equals('mark', 0));
    }),
  );
}
