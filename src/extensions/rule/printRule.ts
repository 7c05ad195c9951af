/** Canonical text of a bound rule and of its clauses, as iptables-save 1.8.9 writes it.
 *  man    iptables-save(8)
 *  fact   iptables xshared.c save_ipv4_addr(), save_iface(): addresses, interfaces, protocol, fragments, matches in their order, target */
import { formatAddress } from '../../packet/address.ts';
import type { Word } from '../../syntax/iptables/ast.ts';
import { type RuleContext, saveOption } from '../contract/extension.ts';
import { type NetworkText, prefixLength } from '../shapes/address.ts';
import { protocol } from '../shapes/protocol.ts';
import type { BoundClause, BoundRule, HostName, Invertible } from './boundRule.ts';
import type { LoweredClause } from './lowerRule.ts';

type BasePart = 'source' | 'destination' | 'iif' | 'oif' | 'proto' | 'fragment';
const BASE_PARTS: readonly BasePart[] = ['source', 'destination', 'iif', 'oif', 'proto', 'fragment'];

/** Everything after `-A CHAIN`. */
export function printRule(rule: BoundRule, context: RuleContext): string {
  const words = BASE_PARTS.flatMap((part) => printBase(rule, part, context) ?? []);
  for (const match of rule.matches) words.push('-m', match.name, ...printClause(match, context));
  const { target } = rule;
  if (target?.kind === 'extension') words.push('-j', target.clause.name, ...printClause(target.clause, context));
  else if (target !== undefined) words.push(target.kind === 'jump' ? '-j' : '-g', target.chain);
  return words.join(' ');
}

/** One clause by itself: `! --dport 15008`, or `-m tcp` for a match as a whole. */
export function printLowered(clause: LoweredClause, rule: BoundRule, context: RuleContext): string {
  if (clause.part === 'hidden') return '(not shown)';
  if (typeof clause.part === 'string') return printBase(rule, clause.part, context) ?? '';
  const { name, extension, given } = clause.part;
  const option = clause.option === undefined ? undefined : given[clause.option];
  const spec = clause.option === undefined ? undefined : extension?.options[clause.option];
  if (option !== undefined && spec !== undefined) return saveOption(option, spec, context).join(' ');
  const isGuard = Object.keys(given).length > 1 || clause.expr.kind === 'present';
  return ['-m', name, ...(isGuard ? [] : printClause(clause.part, context))].join(' ');
}

function printClause({ extension, given, opaque, words }: BoundClause, context: RuleContext): readonly string[] {
  if (extension === undefined || opaque !== undefined) return words.map(asWritten);
  if (extension.save !== undefined) return extension.save(given, context);
  return Object.entries(extension.options).flatMap(([name, spec]) =>
    given[name] === undefined ? [] : saveOption(given[name], spec, context),
  );
}

/** With the quotes that it had, or needs. */
function asWritten({ text, quoted }: Word): string {
  return quoted || text === '' || /[\s"'\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

function printBase(rule: BoundRule, part: BasePart, context: RuleContext): string | undefined {
  switch (part) {
    case 'source':
      return printNetworks('-s', rule.source);
    case 'destination':
      return printNetworks('-d', rule.destination);
    case 'iif':
      return printInterface('-i', rule.iif);
    case 'oif':
      return printInterface('-o', rule.oif);
    case 'proto':
      return rule.proto === undefined ? undefined : `${bang(rule.proto)}-p ${protocol.print(rule.proto.value, context)}`;
    case 'fragment':
      return rule.fragment === undefined ? undefined : `${bang(rule.fragment)}-f`;
  }
}

function bang({ inverted }: { readonly inverted: boolean }): string {
  return inverted ? '! ' : '';
}

function printInterface(option: '-i' | '-o', given: Invertible<string> | undefined): string | undefined {
  return given === undefined || (given.value === '+' && !given.inverted) ? undefined : `${bang(given)}${option} ${given.value}`;
}

function printNetworks(option: '-s' | '-d', given: Invertible<readonly (NetworkText | HostName)[]> | undefined): string | undefined {
  if (given === undefined || (!given.inverted && given.value.some(isEverything))) return undefined;
  return `${bang(given)}${option} ${given.value.map((value) => ('host' in value ? value.host : withMask(value))).join(',')}`;
}

function isEverything(value: NetworkText | HostName): boolean {
  return 'mask' in value && (value.mask === 0 || value.mask === 0n);
}

/** Always with its mask. */
function withMask({ address, mask }: NetworkText): string {
  return `${formatAddress(address)}/${prefixLength(mask) ?? formatAddress(mask)}`;
}
