/** Which promises about packets the rules of a world break. */
import { withTransparentProxy } from '../../../src/mesh/relay.ts';
import { CLAIMS } from '../../../src/prove/claims/all.ts';
import { judgeClaim } from '../../../src/prove/judge/judgeClaim.ts';
import { ProofContext } from '../../../src/prove/proof/context.ts';
import type { Finding } from '../../../src/prove/proof/finding.ts';
import type { JudgedWorld } from './meshWorld.ts';
import { twice } from './sideFacts.ts';

/** Settings may ask for nothing to be captured, or for very little: what these say of it is no promise about settings. */
const OF_SETTINGS: readonly string[] = ['pod-captured', 'exclusion-not-overbroad'];

const PROMISES = CLAIMS.filter(
  ({ level, id, byName }) => (level !== 'info' || id === 'invalid-not-to-app') && byName !== true && !OF_SETTINGS.includes(id),
);

/** Undecided ones too: Istio writes nothing that is not modelled. */
export function brokenPromises({ profile, host: given, sides }: JudgedWorld): readonly Finding[] {
  const host = withTransparentProxy({ host: given, profile });
  const scenes: ProofContext[] = [];
  for (const { ruleset, declared } of sides) {
    scenes.push(new ProofContext({ ruleset, host, profile, declared, ...(scenes[0] !== undefined && { otherFamily: scenes[0] }) }));
  }
  const findings = PROMISES.flatMap((claim) => scenes.flatMap((scene) => judgeClaim(scene, claim)));
  return findings.filter(({ verdict }) => verdict === 'violated' || verdict === 'undecided');
}

/** Two listeners of one process cannot have one port: then there is no proxy to judge. The exception `ports-of-the-mesh`. */
export function isLoadable({ profile }: JudgedWorld): boolean {
  return !twice(profile.listeners.map(({ port }) => String(port)));
}
