/** Rules run too that are not in the text, or in an order that the text does not show: of the other backend of iptables, of tables of
 *  nftables. source: docs/facts/istio.md#two-backends */
import { HOOKS, isTable } from '../../netfilter/hooks.ts';
import { asksOrder } from '../../ruleset/asWritten.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type HookStage, stagesAt } from '../../ruleset/stages.ts';
import type { Claim } from '../proof/claim.ts';
import { blaming } from './ofRules.ts';

export const singleBackend: Claim = {
  id: 'single-backend',
  level: 'warning',
  statement: 'All rules of the host are in the text, and it is known in which order those of iptables and of nftables run.',
  judge: ({ ruleset }) => blaming([...notThere(ruleset), ...inUnknownOrder(ruleset)].map((why) => ({ rule: undefined, why }))),
};

const OTHER_BACKEND = {
  4: /^# Warning: (iptables-(?:legacy|nft)) tables present/m,
  6: /^# Warning: (ip6tables-(?:legacy|nft)) tables present/m,
} as const;

/** As iptables-nft-save says it of tables that have more than it can show. iptables iptables/xtables-save.c __do_output() */
const NOT_OF_IPTABLES = /^# Table `(\w+)' (?:contains incompatible base-chains|is incompatible), use 'nft' tool/gm;

function notThere(ruleset: Ruleset): readonly string[] {
  const { family, source, backends, beside = [], nft } = ruleset;
  const texts = [source, ...beside].map(({ text }) => text);
  const other = texts.flatMap((text) => OTHER_BACKEND[family].exec(text)?.[1] ?? [])[0];
  const hidden = nft === undefined ? texts.flatMap((text) => [...text.matchAll(NOT_OF_IPTABLES)].map(([, name = '']) => name)) : [];
  return [
    ...(other === undefined || backends !== undefined
      ? []
      : [`\`${other}\` has tables too; add the output of \`${other}-save\` to see what they do`]),
    ...[...new Set(hidden)].map(
      (table) => `table \`${table}\` of nftables has chains that iptables does not show; add the output of \`nft list ruleset\` (--with)`,
    ),
  ];
}

/** Beside one another they are fine where the priorities of their chains differ, or the order does not matter. */
function inUnknownOrder(ruleset: Ruleset): readonly string[] {
  const orders = HOOKS.flatMap((hook) => stagesAt(ruleset, hook)).flatMap((stage) => (isMixed(stage) ? [stage.what] : []));
  const asked = ruleset.backends === undefined ? [] : everyRule(ruleset).filter(asksOrder);
  const both = new Set(asked.map(({ table, chain }) => `${table} ${chain}`));
  return [
    ...new Set(orders.map((what) => `it is not known ${what}`)),
    ...(both.size === 0
      ? []
      : [
          `iptables-legacy and iptables-nft both have rules in ${[...both].join(', ')}: those that were loaded last run first, which no dump shows`,
        ]),
  ];
}

/** Tables of iptables and of nftables at one priority. */
function isMixed(stage: HookStage): stage is Extract<HookStage, { readonly kind: 'either' }> {
  if (stage.kind !== 'either') return false;
  const names = stage.orders.flatMap(({ stages }) => stages.flatMap(tablesOf));
  return names.some(isTable) && !names.every(isTable);
}

function tablesOf(stage: HookStage): readonly string[] {
  return stage.kind === 'nat' ? stage.chains.map(({ table }) => table.name) : stage.kind === 'chain' ? [stage.at.table.name] : [];
}
