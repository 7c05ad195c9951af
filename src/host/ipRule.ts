/** Policy rules as ip(8) spells them: `fwmark 1337 lookup 133`. As with ip(8), a text without an address is IPv4 unless it starts with
 *  `-6`. */
import type { Family } from '../packet/address.ts';
import { parsePrefix } from '../packet/address.ts';
import { namedProtocol } from '../packet/protocol.ts';
import type { RoutingRule } from './host.ts';
import { addOpen, everyAddress, familyOfWords, isOpenWord, type ParsedIpCommand, TOS_NAMES, tableName, tokens, tosOf } from './ipWords.ts';

/** What is not modelled: the rule may match or not. */
const RULE_OPEN = new Set('tun_id realms realm flowlabel'.split(' '));
const RULE_IGNORED = new Set(['proto', 'protocol']);
/** A rule without `pref` comes in front of all that are there, `before`, but for those of priority 0. */
export function parseRule(text: string, before: readonly RoutingRule[]): ParsedIpCommand<RoutingRule> {
  const words = tokens(text);
  // `ip rule` prints the priority first
  const [, printed] = /^(\d+):$/.exec(words[0] ?? '') ?? [];
  if (printed !== undefined) words.splice(0, 1);
  const family = familyOfWords(words);
  if (printed !== undefined) words.unshift('pref', printed);
  let rule: RoutingRule = { family, not: false, priority: freePriority(before, family), action: { lookup: '' } };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (key === 'not') {
      rule = { ...rule, not: true };
      continue;
    }
    if (key === 'blackhole' || key === 'unreachable' || key === 'prohibit') {
      rule = { ...rule, action: key };
      continue;
    }
    if (key === 'l3mdev') {
      rule = { ...rule, l3mdev: true, action: 'unknown' };
      continue;
    }
    if (key === 'nop') {
      rule = { ...rule, action: key };
      continue;
    }
    if (isOpenWord(key)) {
      rule = { ...rule, unknown: addOpen(rule.unknown, key) };
      continue;
    }
    const value = words.shift();
    if (value === undefined) return { problem: `\`${key}\` in ip rule \`${text}\` has no value` };
    const next = rulePart(rule, key, value);
    if (next === undefined) return { problem: `cannot read \`${key} ${value}\` in ip rule \`${text}\`` };
    rule = next;
  }
  if (typeof rule.action === 'object' && 'lookup' in rule.action && rule.action.lookup === '')
    return { problem: `ip rule \`${text}\` looks up no table` };
  return { value: rule };
}

/** One less than the lowest, without priority 0. man ip-rule(8) */
function freePriority(before: readonly RoutingRule[], family: Family): number {
  return Math.min(32766, ...before.flatMap((rule) => (rule.family === family && rule.priority > 0 ? [rule.priority] : []))) - 1;
}

function rulePart(rule: RoutingRule, key: string, value: string): RoutingRule | undefined {
  switch (key) {
    case 'from':
    case 'to': {
      const prefix = value === 'all' ? everyAddress(rule.family) : parsePrefix(value);
      return prefix === undefined ? undefined : { ...rule, [key]: prefix };
    }
    case 'iif':
    case 'oif':
      return { ...rule, [key]: value };
    case 'fwmark': {
      const parts = /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(value);
      return parts === null ? undefined : { ...rule, mark: { value: Number(parts[1]), mask: Number(parts[2] ?? 0xffff_ffff) } };
    }
    case 'pref':
    case 'priority':
    case 'order':
      return /^\d+$/.test(value) ? { ...rule, priority: Number(value) } : undefined;
    case 'suppress_prefixlength':
    case 'suppress_prefixlen':
    case 'sup_pl':
      return /^\d+$/.test(value) ? { ...rule, suppress: Number(value) } : undefined;
    case 'goto':
      return /^\d+$/.test(value) ? { ...rule, action: { goto: Number(value) } } : undefined;
    case 'suppress_ifgroup':
    case 'sup_group': {
      const group = value === 'default' ? 0 : Number(value);
      return Number.isInteger(group) ? { ...rule, suppressGroup: group } : undefined;
    }
    case 'tos':
    case 'dsfield': {
      const tos = tosOf(value);
      return tos === undefined ? undefined : { ...rule, tos };
    }
    case 'dscp': {
      const dscp = TOS_NAMES.has(value) ? (TOS_NAMES.get(value) ?? 0) >>> 2 : Number(value);
      return Number.isInteger(dscp) && dscp <= 63 ? { ...rule, dscp } : undefined;
    }
    case 'uidrange':
    case 'sport':
    case 'dport': {
      const [, lo, hi] = /^(\d+)(?:-(\d+))?$/.exec(value) ?? [];
      const range = lo === undefined ? undefined : { lo: Number(lo), hi: Number(hi ?? lo) };
      return range === undefined ? undefined : { ...rule, [key === 'uidrange' ? 'uid' : key]: range };
    }
    case 'ipproto': {
      const proto = namedProtocol(value);
      return proto === undefined ? { ...rule, unknown: addOpen(rule.unknown, `${key} ${value}`) } : { ...rule, proto };
    }
    case 'lookup':
    case 'table':
      // the table of the packet's VRF
      if (value === '[l3mdev-table]') return { ...rule, l3mdev: true, action: 'unknown' };
      if (value.startsWith('[')) return { ...rule, action: 'unknown', unknown: addOpen(rule.unknown, `${key} ${value}`) };
      return { ...rule, action: { lookup: tableName(value) } };
    default:
      if (RULE_IGNORED.has(key)) return rule;
      return RULE_OPEN.has(key) ? { ...rule, unknown: addOpen(rule.unknown, `${key} ${value}`) } : undefined;
  }
}
