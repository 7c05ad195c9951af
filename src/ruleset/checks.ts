/** What the kernel or the front end refuses although every rule reads well: where rules stand and what can reach them.
 *
 *  Where the two backends of iptables 1.8.9 differ, only what both refuse is an error; the rest is a warning that names the backend:
 *
 *  | input                                                | iptables-nft       | iptables-legacy        |
 *  |------------------------------------------------------|--------------------|------------------------|
 *  | wrong hook, or a loop, after an unconditional        | refuses            | loads: what stands     |
 *  |   ACCEPT, DROP or RETURN                             |                    |   there is never run   |
 *  | addrtype --limit-iface-* on a wrong hook, in a       | loads              | refuses                |
 *  |   user chain                                         |                    |                        |
 *  | `! -s 0.0.0.0/0`                                     | refuses            | loads, never matches   |
 *  | `! -i +`                                             | never matches      | always matches         |
 *  | `! --sport 0:65535`                                  | drops the option   | never matches          |
 *  | `! -p tcp -m tcp`                                    | loads              | refuses                |
 *  | TRACE outside of raw                                 | loads              | refuses                |
 *  | `--limit` slower than what 32 bits of jiffies hold,  | loads              | refuses                |
 *  |   `--limit-burst 0`                                  |                    |                        |
 *  | a chain declared twice; a policy on a user chain     | loads              | refuses                |
 *  | more than 15 user chains called by one another,      | refuses            | loads                  |
 *  |   by jump or goto                                    |                    |                        |
 *  | `--nflog-range`                                      | drops the option   | keeps it, no effect    |
 *
 *  kernel net/ipv4/netfilter/ip_tables.c mark_source_chains(), net/netfilter/nf_tables_api.c nft_chain_validate() */
import type { ReportProblem } from '../extensions/rule/boundRule.ts';
import { findTarget } from '../extensions/rule/registry.ts';
import { type HookName, isHook } from '../netfilter/hooks.ts';
import type { TableNode } from '../syntax/iptables/ast.ts';
import type { Backend } from '../syntax/text/diagnostic.ts';
import type { Span } from '../syntax/text/source.ts';
import type { BoundChain, BoundTable, LimitedClause } from './bindTable.ts';
import { type CallGraph, callGraph, closingJumps, hookBits, hooksOf, jumpsTooDeep, MOST_NESTED, reachingHooks } from './reach.ts';

export function checkTable(text: TableNode, { table, savedBy }: Checked, report: ReportProblem): void {
  for (const { name, span } of text.chains) checkChainName(name.text, span ?? name, report);
  for (const chain of table.chains.values()) checkInterfaces(chain, report);
  const graph = callGraph(table);
  checkHooks(table, graph, report);
  if (!hasLoops(graph, report)) checkDepth(graph, savedBy, report);
}

export interface Checked {
  readonly table: BoundTable;
  /** the backend that has written the text, where it says so */
  readonly savedBy: Backend | undefined;
}

/** iptables xshared.c assert_valid_chain_name(); length and first character are the parser's. */
function checkChainName(name: string, span: Span, report: ReportProblem): void {
  if (findTarget(name) !== undefined)
    report({ kind: 'not-loadable', code: 'chain-name', message: `chain \`${name}\` has the name of a target`, span });
}

const WITHOUT: Readonly<Record<'-i' | '-o', readonly HookName[]>> = { '-i': ['OUTPUT', 'POSTROUTING'], '-o': ['PREROUTING', 'INPUT'] };
const INTERFACE = { '-i': 'input', '-o': 'output' } as const;

/** The front end looks at the name of the chain only, so a user chain may match on an interface that is never there. */
function checkInterfaces({ name, interfaces }: BoundChain, report: ReportProblem): void {
  for (const { option, span } of interfaces) {
    if (!isHook(name) || !WITHOUT[option].includes(name)) continue;
    report({
      kind: 'not-loadable',
      code: 'bad-interface',
      message: `\`${option}\` cannot be used in ${name}: a packet has no ${INTERFACE[option]} interface there`,
      span,
    });
  }
}

/** What loads on some hooks only. */
function checkHooks(table: BoundTable, graph: CallGraph, report: ReportProblem): void {
  const chains = [...table.chains.values()];
  if (chains.every(({ limited }) => limited.length === 0)) return;
  const callers = reachingHooks(graph, 'nft');
  let forLegacy: Uint8Array | undefined;
  for (const [number, chain] of chains.entries()) {
    const reached = callers[number] as number;
    for (const clause of chain.limited) {
      // a wrong table was reported; which hook is wrong then does not matter
      if (clause.tables?.includes(table.name) === false) continue;
      const wrong = reached & ~hookBits(clause.allowed);
      if (wrong === 0) continue;
      forLegacy ??= reachingHooks(graph, 'legacy');
      const legacy = clause.at <= chain.end && ((forLegacy[number] as number) & wrong) !== 0;
      reportHooks({ clause, chain: chain.name, wrong: hooksOf(wrong), nft: !clause.onEntry || isHook(chain.name), legacy }, report);
    }
  }
}

interface WrongHooks {
  readonly clause: LimitedClause;
  readonly chain: string;
  readonly wrong: readonly HookName[];
  /** which backends refuse it */
  readonly nft: boolean;
  readonly legacy: boolean;
}

function reportHooks({ clause, chain, wrong, nft, legacy }: WrongHooks, report: ReportProblem): void {
  const { call, allowed, span } = clause;
  const where = chain === wrong[0] ? `in ${chain}` : `in a chain that ${wrong.join(' and ')} reaches`;
  const help = `it loads where only ${allowed.join(' and ')} can reach it`;
  if (nft && legacy) report({ kind: 'not-loadable', code: 'wrong-hook', message: `\`${call}\` cannot stand ${where}`, span, help });
  else if (nft) {
    const message = `iptables-nft refuses \`${call}\` ${where}, although no packet gets there`;
    report({ kind: 'warning', message, refusedBy: 'nft', span, help });
  } else if (legacy) {
    report({
      kind: 'warning',
      code: 'backend-difference',
      message: `iptables-legacy refuses \`${call}\` ${where}`,
      refusedBy: 'legacy',
      span,
      help,
    });
  }
}

/** A text that nf_tables has written goes back there. */
function checkDepth(graph: CallGraph, savedBy: Backend | undefined, report: ReportProblem): void {
  const jump = jumpsTooDeep(graph);
  if (jump === undefined) return;
  const message = `iptables-nft refuses this: by this jump to \`${jump.to}\` more than ${MOST_NESTED} user chains call one another`;
  if (savedBy === 'nft') report({ kind: 'not-loadable', message, span: jump.span, help: 'the text says that iptables-nft has saved it' });
  else report({ kind: 'warning', message, refusedBy: 'nft', span: jump.span, help: 'iptables-legacy loads it' });
}

/** Each jump that closes one is reported. */
function hasLoops(graph: CallGraph, report: ReportProblem): boolean {
  const loops = closingJumps(graph, 'nft');
  const onlyNft = loops.length > 0 && closingJumps(graph, 'legacy').length === 0;
  for (const { chain, jump } of loops) {
    const message = `this jump from \`${chain}\` to \`${jump.to}\` closes a loop`;
    if (onlyNft)
      report({
        kind: 'warning',
        code: 'backend-difference',
        message: `iptables-nft refuses this: ${message}`,
        refusedBy: 'nft',
        span: jump.span,
      });
    else report({ kind: 'not-loadable', code: 'chain-loop', message, span: jump.span });
  }
  return loops.length > 0;
}
