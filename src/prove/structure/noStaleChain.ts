/** Chains that are left over: no rule calls them, or they belong to another generation of the same mesh. source: docs/facts/istio.md#rules-left-over */

import { digestOf } from '../../ruleset/chainDigest.ts';
import type { Chain, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { isNatTable } from '../../ruleset/stages.ts';
import type { Claim } from '../proof/claim.ts';
import { blaming, doubtsOfParts, isPart } from './ofRules.ts';

export const noStaleChain: Claim = {
  id: 'no-stale-chain',
  level: 'warning',
  statement: 'Every chain with rules is called by some rule, and all chains of the mesh are of one generation.',
  judge: ({ ruleset }) => ({
    ...blaming(
      [...ruleset.tables.values()].flatMap((table) => [...(isPart(table) ? [] : uncalled(ruleset, table)), ...otherGeneration(table)]),
    ),
    doubts: doubtsOfParts(ruleset),
  }),
};

type Found = readonly { readonly rule: Rule | undefined; readonly why: string }[];

function uncalled(ruleset: Ruleset, table: Table): Found {
  const called = new Set<string>();
  for (const name of table.chains.keys()) for (const { chain } of digestOf(table, name).calls) called.add(chain);
  return [...table.chains.values()].flatMap((chain) => {
    if (chain.base !== undefined || chain.rules.length === 0 || called.has(chain.name) || isWrittenUncalled(ruleset, chain)) return [];
    return [{ rule: chain.rules[0], why: `no rule calls ${chain.name} in table ${table.name}, which has ${count(chain)}` }];
  });
}

function count({ rules }: Chain): string {
  return rules.length === 1 ? 'a rule' : `${rules.length} rules`;
}

/** Istio in TPROXY mode puts the tunnel port's rule into a chain that only REDIRECT mode calls; it writes its redirect chains always.
 *  source: docs/facts/istio.md#rules-of-the-sidecar */
function isWrittenUncalled({ tables }: Ruleset, { table, name }: Chain): boolean {
  const own = tables.get(table);
  if (own === undefined || !isNatTable(own)) return false;
  const isElsewhere = [...tables.values()].some((other) => other !== own && other.chains.has(name));
  return /^ISTIO[_-]INBOUND$/i.test(name) ? isElsewhere : /^ISTIO[_-](IN[_-])?REDIRECT$/i.test(name);
}

const SIDECAR = /^(?:ISTIO_(INBOUND|IN_REDIRECT|REDIRECT|TPROXY|DIVERT)|istio-(inbound|in-redirect|redirect|tproxy|divert))$/;
const AMBIENT = /^(?:ISTIO_(PRERT|POSTRT)|istio-prerouting)$/;

/** A pod is captured by a sidecar or by ambient, never by both. */
function otherGeneration(table: Table): Found {
  const filled = [...table.chains.values()].filter(({ rules }) => rules.length > 0);
  const sidecar = filled.find(({ name }) => SIDECAR.test(name));
  const ambient = filled.find(({ name }) => AMBIENT.test(name));
  if (sidecar === undefined || ambient === undefined) return [];
  return [
    { rule: sidecar.rules[0], why: `${sidecar.name} is a sidecar's chain, ${ambient.name} one of ambient, both in table ${table.name}` },
  ];
}
