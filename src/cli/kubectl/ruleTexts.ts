/** Output of `ip -json rule` as the rules of a host description. What chainwalk does not model stays in the text, where `readHost`
 *  knows that it is not modelled; nothing of a rule is dropped, so that no rule becomes one for more packets. */

import type { JsonRecord } from '../../lib/json.ts';
import { valueText } from '../../lib/valueText.ts';

export interface IpRuleTexts {
  readonly ip_rules: readonly string[];
  /** absent: the rules of a new namespace are there too */
  readonly default_rules?: false;
  /** sentences without capital and stop */
  readonly leftOut: readonly string[];
}

type Family = '-4' | '-6';
/** By family; absent: it was not told. */
export type RuleAnswers = Readonly<Partial<Record<Family, readonly JsonRecord[]>>>;

const DEFAULTS = [
  { priority: 0, table: 'local' },
  { priority: 32766, table: 'main' },
  { priority: 32767, table: 'default' },
] as const;

export function ruleTexts(answers: RuleAnswers): IpRuleTexts {
  const families = (['-4', '-6'] as const).flatMap((family) => {
    const rules = answers[family];
    return rules === undefined ? [] : [{ family, rules }];
  });
  // IPv6 has no table `default`
  const usualOf = (family: Family) => DEFAULTS.filter(({ table }) => family === '-4' || table !== 'default');
  const changed = families.filter(({ family, rules }) => !usualOf(family).every((usual) => rules.some((rule) => isDefault(rule, usual))));
  const told = families.flatMap(({ family, rules }) => rules.map((rule) => ({ family, rule })));
  const open = told.flatMap(({ family, rule }) => openParts(rule).map((part) => ({ family, rule, part })));
  const leftOut = open.map(
    ({ family, rule, part }) =>
      `\`${part}\` of the ip rule \`${ruleText(family, rule)}\` is not modelled: where it matters the answer is undecided`,
  );
  if (changed.length === 0) {
    const added = told.filter(({ rule }) => !DEFAULTS.some((usual) => isDefault(rule, usual)));
    return { ip_rules: added.map(({ family, rule }) => ruleText(family, rule)), leftOut };
  }
  const untold = (['-4', '-6'] as const).filter((family) => answers[family] === undefined);
  return {
    ip_rules: [
      ...told.map(({ family, rule }) => ruleText(family, rule)),
      ...untold.flatMap((family) => DEFAULTS.map(({ priority, table }) => `${family} from all pref ${priority} lookup ${table}`)),
    ],
    default_rules: false,
    leftOut,
  };
}

function isDefault(rule: JsonRecord, { priority, table }: (typeof DEFAULTS)[number]): boolean {
  return (
    rule.priority === priority && rule.table === table && (rule.src ?? 'all') === 'all' && Object.keys(rule).every((key) => PLAIN.has(key))
  );
}

/** Keys of a rule for all packets. */
const PLAIN: ReadonlySet<string> = new Set(['priority', 'src', 'table', 'protocol']);
const KNOWN: ReadonlySet<string> = new Set([
  ...PLAIN,
  ...['not', 'srclen', 'dst', 'dstlen', 'fwmark', 'fwmask', 'iif', 'oif', 'action', 'suppress_prefixlen', 'suppress_prefixlength'],
]);
const RANGES = ['uid', 'sport', 'dport'] as const;
const RANGE_KEYS: ReadonlySet<string> = new Set(RANGES.flatMap((name) => [name, `${name}_start`, `${name}_end`]));
/** As ip(8) spells them. */
const SPELLED: ReadonlySet<string> = new Set(['ipproto', 'tos', 'goto', 'suppress_ifgroup', 'tun_id']);

function openParts(rule: JsonRecord): readonly string[] {
  const ranges = RANGES.flatMap((name) => {
    const [from, to] = [rule[`${name}_start`] ?? rule[name], rule[`${name}_end`]];
    const word = name === 'uid' ? 'uidrange' : name;
    return from === undefined ? [] : [`${word} ${word1(to === undefined ? valueText(from) : `${valueText(from)}-${valueText(to)}`)}`];
  });
  const others = Object.keys(rule).flatMap((key) => {
    if (KNOWN.has(key) || RANGE_KEYS.has(key)) return [];
    if (SPELLED.has(key)) return [`${key} ${word1(valueText(rule[key]))}`];
    return [key === 'l3mdev' ? 'l3mdev' : `[${word1(`${key}=${valueText(rule[key])}`)}]`];
  });
  return [...ranges, ...others];
}

/** One word, whatever it is. */
function word1(text: string): string {
  return text.replaceAll(/[\s[\]]+/g, '_');
}

const ACTIONS: ReadonlySet<unknown> = new Set(['blackhole', 'unreachable', 'prohibit', 'nop']);

function ruleText(family: Family, rule: JsonRecord): string {
  const { src, srclen, dst, dstlen, fwmark, fwmask, iif, oif, priority, table, action } = rule;
  const suppress = rule.suppress_prefixlen ?? rule.suppress_prefixlength;
  return [
    family,
    'not' in rule ? 'not' : undefined,
    part('from', prefix(src, srclen)),
    part('to', prefix(dst, dstlen)),
    part('fwmark', fwmark === undefined || fwmask === undefined ? fwmark : `${valueText(fwmark)}/${valueText(fwmask)}`),
    part('iif', iif),
    part('oif', oif),
    part('pref', priority),
    ...openParts(rule),
    part('lookup', table),
    part('suppress_prefixlength', suppress),
    action === undefined ? undefined : ACTIONS.has(action) ? valueText(action) : `[action=${word1(valueText(action))}]`,
  ]
    .filter((text) => text !== undefined)
    .join(' ');
}

function part(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${name} ${word1(valueText(value))}`;
}

function prefix(address: unknown, length: unknown): unknown {
  return address === undefined || length === undefined ? address : `${valueText(address)}/${valueText(length)}`;
}
