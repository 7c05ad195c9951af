/** Which other packets are treated as the traced one is. The symbolic engine is loaded with this file. */
import { sameAs } from '../../query/equivalenceClass.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import type { TraceSetting } from './setting.ts';
import type { WalkedPacket } from './walkPacket.ts';

export function withSame(setting: TraceSetting, walked: WalkedPacket): TraceInput {
  const { packet, paths } = walked.journey;
  const ruleset = setting.rulesets.find(({ family }) => family === packet.family);
  // of what depends on the host, nothing is known to be alike
  const unsaid = paths.some(({ choices }) => choices.some(({ why }) => why === 'unsaid'));
  if (ruleset === undefined || unsaid || setting.outside?.walks === false) return walked;
  const { deadline } = setting.limits?.() ?? {};
  const same = sameAs(ruleset, packet, {
    host: walked.host,
    ...(deadline && { deadline }),
    ...(setting.profile && { profile: setting.profile }),
  });
  return same === undefined ? walked : { ...walked, same };
}
