/** What the kernel or the front end refuses although every rule reads well: where rules stand and what can reach them.
 *
 *  Where the two backends of iptables 1.8.9 differ, only what both refuse is an error; the rest is a warning that names the backend:
 *
 *  | input                                                | iptables-nft       | iptables-legacy        |
 *  |------------------------------------------------------|--------------------|------------------------|
 *  | wrong hook, or a loop, behind an unconditional       | refuses            | loads: what stands     |
 *  |   ACCEPT, DROP or RETURN                             |                    |   there is never run   |
 *  | `! -s 0.0.0.0/0`                                     | refuses            | loads, never matches   |
 *  | `! -i +`                                             | never matches      | always matches         |
 *  | `! --sport 0:65535`                                  | drops the option   | never matches          |
 *  | `! -p tcp -m tcp`                                    | loads              | refuses                |
 *  | TRACE outside of raw                                 | loads              | refuses                |
 *  | `--limit` slower than what 32 bits of jiffies hold,  | loads              | refuses                |
 *  |   `--limit-burst 0`                                  |                    |                        |
 *  | a chain declared twice; a policy on a user chain     | loads              | refuses                |
 *  | `--nflog-range`                                      | drops the option   | keeps it, no effect    |
 *
 *  kernel net/ipv4/netfilter/ip_tables.c mark_source_chains(), net/netfilter/nf_tables_api.c nft_chain_validate() */
import type { BoundClause, BoundRule, Report } from '../extensions/bind/boundRule.ts';
import { findTarget } from '../extensions/registry.ts';
import { type HookName, isHook, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { ChainNode } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import type { PlacedRule } from './linkedRule.ts';
import { findLoops, reachingHooks } from './reach.ts';

interface TableText {
  readonly table: TableName;
  readonly chains: readonly ChainNode[];
  /** the rules of each chain, in order */
  readonly rules: ReadonlyMap<string, readonly PlacedRule[]>;
  readonly report: Report;
}

export function checkTable(text: TableText): void {
  for (const { name, span } of text.chains) checkChainName(name.text, span ?? name, text.report);
  const graph = { hooks: TABLE_HOOKS[text.table], rules: text.rules };
  const surely = reachingHooks(graph, 'legacy');
  const perhaps = reachingHooks(graph, 'nft');
  for (const placed of [...text.rules.values()].flat()) {
    checkInterfaces(placed, text.report);
    for (const clause of clausesOf(placed.rule)) {
      checkTableOf(clause, placed, text.report);
      if (clause.extension?.tables?.includes(text.table) !== false)
        checkHooks({ clause, placed, surely: surely.of(placed), perhaps: perhaps.of(placed), report: text.report });
    }
  }
  for (const { rule, onlyNft } of findLoops(graph)) {
    const message = `this jump closes a loop through chain \`${rule.place.chain}\``;
    if (onlyNft) text.report({ kind: 'warning', message: `${message}: iptables-nft refuses it`, span: rule.place.span });
    else text.report({ kind: 'not-loadable', message, span: rule.place.span });
  }
}

function clausesOf({ matches, target }: BoundRule): readonly BoundClause[] {
  return target?.kind === 'extension' ? [...matches, target] : matches;
}

/** iptables xshared.c assert_valid_chain_name(); length and first character are the parser's. */
function checkChainName(name: string, span: Span, report: Report): void {
  if (findTarget(name) === undefined) return;
  report({ kind: 'not-loadable', message: `chain \`${name}\` has the name of a target`, span });
}

/** The front end looks at the name of the chain only, so a user chain may ask for an interface that is never there. */
function checkInterfaces({ place, rule }: PlacedRule, report: Report): void {
  if (!isHook(place.chain)) return;
  if (rule.iif !== undefined && (place.chain === 'OUTPUT' || place.chain === 'POSTROUTING')) {
    report({
      kind: 'not-loadable',
      message: `\`-i\` cannot be used in ${place.chain}: a packet has no input interface there`,
      span: rule.iif.span,
    });
  }
  if (rule.oif !== undefined && (place.chain === 'PREROUTING' || place.chain === 'INPUT')) {
    report({
      kind: 'not-loadable',
      message: `\`-o\` cannot be used in ${place.chain}: a packet has no output interface there`,
      span: rule.oif.span,
    });
  }
}

function callName({ name, extension }: BoundClause): string {
  return extension?.kind === 'target' ? `-j ${name}` : `-m ${name}`;
}

function checkTableOf(clause: BoundClause, { place }: PlacedRule, report: Report): void {
  const legacy = clause.extension?.legacyTables;
  if (legacy !== undefined && !legacy.includes(place.table)) {
    report({
      kind: 'warning',
      message: `iptables-legacy loads \`${callName(clause)}\` in table ${legacy.join(', ')} only`,
      span: clause.span,
    });
  }
  const tables = clause.extension?.tables;
  if (tables === undefined || tables.includes(place.table)) return;
  const where = tables.length === 1 ? `table ${tables[0]}` : `tables ${tables.join(', ')}`;
  report({ kind: 'not-loadable', message: `\`${callName(clause)}\` loads in ${where} only, not in ${place.table}`, span: clause.span });
}

interface HookCheck {
  readonly clause: BoundClause;
  readonly placed: PlacedRule;
  readonly surely: readonly HookName[];
  readonly perhaps: readonly HookName[];
  readonly report: Report;
}

function checkHooks({ clause, placed, surely, perhaps, report }: HookCheck): void {
  const allowed = clause.extension?.hooks?.(clause.given);
  if (allowed === undefined) return;
  const wrong = surely.filter((hook) => !allowed.includes(hook));
  const wrongForNft = perhaps.filter((hook) => !allowed.includes(hook));
  if (wrongForNft.length === 0) return;
  const from = (hooks: readonly HookName[]): string =>
    placed.place.chain === hooks[0] ? `in ${hooks[0]}` : `in a chain that ${hooks.join(' and ')} reaches`;
  const help = `it loads where only ${allowed.join(' and ')} can reach it`;
  if (wrong.length > 0)
    report({ kind: 'not-loadable', message: `\`${callName(clause)}\` cannot stand ${from(wrong)}`, span: clause.span, help });
  else
    report({
      kind: 'warning',
      message: `iptables-nft refuses \`${callName(clause)}\` ${from(wrongForNft)}, although no packet gets there`,
      span: clause.span,
      help,
    });
}
