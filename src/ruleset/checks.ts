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
import type { BoundClause, Report } from '../extensions/bind/boundRule.ts';
import { findTarget } from '../extensions/registry.ts';
import { type HookName, isHook } from '../netfilter/hooks.ts';
import type { TableNode } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import type { BoundChain, BoundTable } from './bindTable.ts';
import { closingJumps, reachingHooks } from './reach.ts';

export function checkTable(text: TableNode, table: BoundTable, report: Report): void {
  for (const { name, span } of text.chains) checkChainName(name.text, span ?? name, report);
  for (const chain of table.chains.values()) checkInterfaces(chain, report);
  checkLimits(table, report);
  checkLoops(table, report);
}

/** iptables xshared.c assert_valid_chain_name(); length and first character are the parser's. */
function checkChainName(name: string, span: Span, report: Report): void {
  if (findTarget(name) !== undefined) report({ kind: 'not-loadable', message: `chain \`${name}\` has the name of a target`, span });
}

const WITHOUT: Readonly<Record<'-i' | '-o', readonly HookName[]>> = { '-i': ['OUTPUT', 'POSTROUTING'], '-o': ['PREROUTING', 'INPUT'] };
const INTERFACE = { '-i': 'input', '-o': 'output' } as const;

/** The front end looks at the name of the chain only, so a user chain may ask for an interface that is never there. */
function checkInterfaces({ name, interfaces }: BoundChain, report: Report): void {
  for (const { option, span } of interfaces) {
    if (!isHook(name) || !WITHOUT[option].includes(name)) continue;
    report({
      kind: 'not-loadable',
      message: `\`${option}\` cannot be used in ${name}: a packet has no ${INTERFACE[option]} interface there`,
      span,
    });
  }
}

/** What loads in some tables or behind some hooks only. */
function checkLimits(table: BoundTable, report: Report): void {
  let reach:
    | { readonly legacy: ReadonlyMap<string, readonly HookName[]>; readonly nft: ReadonlyMap<string, readonly HookName[]> }
    | undefined;
  for (const chain of table.chains.values()) {
    for (const { clause, at } of chain.limited) {
      if (!checkTables(clause, table, report)) continue;
      const allowed = clause.extension?.hooks?.(clause.given);
      if (allowed === undefined) continue;
      reach ??= { legacy: reachingHooks(table, 'legacy'), nft: reachingHooks(table, 'nft') };
      const wrong = outside(reach.nft.get(chain.name), allowed);
      if (wrong.length === 0) continue;
      const surelyWrong = at > chain.end ? [] : outside(reach.legacy.get(chain.name), allowed);
      reportHooks({ clause, chain: chain.name, wrong, allowed, onlyNft: surelyWrong.length === 0 }, report);
    }
  }
}

const NONE: readonly HookName[] = [];

function outside(hooks: readonly HookName[] | undefined, allowed: readonly HookName[]): readonly HookName[] {
  return hooks === undefined || hooks.every((hook) => allowed.includes(hook)) ? NONE : hooks.filter((hook) => !allowed.includes(hook));
}

interface WrongHooks {
  readonly clause: BoundClause;
  readonly chain: string;
  readonly wrong: readonly HookName[];
  readonly allowed: readonly HookName[];
  readonly onlyNft: boolean;
}

function reportHooks({ clause, chain, wrong, allowed, onlyNft }: WrongHooks, report: Report): void {
  const where = chain === wrong[0] ? `in ${chain}` : `in a chain that ${wrong.join(' and ')} reaches`;
  const help = `it loads where only ${allowed.join(' and ')} can reach it`;
  if (!onlyNft) report({ kind: 'not-loadable', message: `\`${callName(clause)}\` cannot stand ${where}`, span: clause.span, help });
  else
    report({
      kind: 'warning',
      message: `iptables-nft refuses \`${callName(clause)}\` ${where}, although no packet gets there`,
      span: clause.span,
      help,
    });
}

function callName({ name, extension }: BoundClause): string {
  return extension?.kind === 'target' ? `-j ${name}` : `-m ${name}`;
}

/** False when the clause does not load in this table at all. */
function checkTables(clause: BoundClause, { name }: BoundTable, report: Report): boolean {
  const { tables, legacyTables } = clause.extension ?? {};
  if (legacyTables !== undefined && !legacyTables.includes(name)) {
    report({
      kind: 'warning',
      message: `iptables-legacy loads \`${callName(clause)}\` in table ${legacyTables.join(', ')} only`,
      span: clause.span,
    });
  }
  if (tables === undefined || tables.includes(name)) return true;
  const where = tables.length === 1 ? `table ${tables[0]}` : `tables ${tables.join(', ')}`;
  report({ kind: 'not-loadable', message: `\`${callName(clause)}\` loads in ${where} only, not in ${name}`, span: clause.span });
  return false;
}

function checkLoops(table: BoundTable, report: Report): void {
  const loops = closingJumps(table, 'nft');
  if (loops.length === 0) return;
  const onlyNft = closingJumps(table, 'legacy').length === 0;
  for (const { chain, jump } of loops) {
    const message = `this jump from \`${chain}\` to \`${jump.to}\` closes a loop`;
    if (onlyNft) report({ kind: 'warning', message: `iptables-nft refuses this: ${message}`, span: jump.span });
    else report({ kind: 'not-loadable', message, span: jump.span });
  }
}
