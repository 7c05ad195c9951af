/** IPv6 is treated as IPv4 is. source: docs/facts/istio.md#both-families-alike */
import type { Claim } from '../proof/claim.ts';
import { differences } from '../proof/parity.ts';

export const ipv6Parity: Claim = {
  id: 'ipv6-parity',
  level: 'error',
  statement: 'What happens to TCP and UDP over IPv6 is what happens to the same packet over IPv4.',
  skip: ({ profile, ruleset, otherFamily }) => {
    if (profile === undefined) return 'there is no mesh';
    if (ruleset.family === 4) return 'checked on the IPv6 rules';
    return otherFamily === undefined ? 'there are no IPv4 rules to compare with' : undefined;
  },
  judge: (context) =>
    context.otherFamily === undefined
      ? { violations: [], doubts: [] }
      : { violations: differences(context, context.otherFamily), doubts: [] },
};
