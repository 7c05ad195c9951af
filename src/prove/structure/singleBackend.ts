/** The rules of the other backend run too, and a dump of one does not show them. source: docs/facts/istio.md#two-backends */
import type { Claim } from '../proof/claim.ts';
import { blaming } from './ofRules.ts';

export const singleBackend: Claim = {
  id: 'single-backend',
  level: 'warning',
  statement: 'All rules of the host are in one backend of iptables, the one that was dumped.',
  judge: ({ ruleset }) => {
    const other = WARNINGS[ruleset.family].exec(ruleset.source.text)?.[1];
    if (other === undefined || ruleset.backends !== undefined) return blaming([]);
    const save = `${other}-save`;
    return blaming([{ rule: undefined, why: `\`${other}\` has tables too; add the output of \`${save}\` to see what they do` }]);
  },
};

const WARNINGS = {
  4: /^# Warning: (iptables-(?:legacy|nft)) tables present/m,
  6: /^# Warning: (ip6tables-(?:legacy|nft)) tables present/m,
} as const;
