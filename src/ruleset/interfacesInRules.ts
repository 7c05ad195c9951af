/** The interfaces that rules name, for a host that nobody described: a router has them, whatever else it has. */
import { eachFieldOf, eachLeaf, type MatchExpr } from '../netfilter/matchExpr.ts';
import { familyOf, formatAddress, parsePrefix, prefixRange } from '../packet/address.ts';
import type { Field } from '../packet/fields.ts';
import type { Rule, Ruleset } from './ruleset.ts';

export interface InterfaceInRules {
  readonly name: string;
  /** the rule that names it, as it is written */
  readonly rule: string;
  /** of bridges to containers and guests: the host's address in their network, which rules name beside it */
  readonly addresses: readonly string[];
}

/** Networks beside these are those of their containers; beside other interfaces they may be far away. */
const BRIDGES = /^(?:docker\d|docker_gwbridge|br-|cni\d|cbr\d|virbr|podman|nerdctl|lxcbr|lxdbr|incusbr)/;

/** A hundred thousand rules for services name no more than the first few thousand. */
const MOST_RULES = 4000;
const MOST_INTERFACES = 24;

export function interfacesInRules(rulesets: readonly Ruleset[]): readonly InterfaceInRules[] {
  const found = new Map<string, { readonly rule: string; readonly addresses: Map<number, string> }>();
  for (const rule of rulesets.flatMap(firstRules)) {
    if (!asksInterface(rule.match)) continue;
    const texts = rule.clauses.map(({ text }) => text);
    for (const text of texts) {
      const [, negated, end, name = ''] = /^(! )?-([io]) (\S+)$/.exec(text) ?? [];
      const device = deviceOf(name);
      if (end === undefined || device === undefined) continue;
      const known = found.get(device) ?? { rule: rule.text, addresses: new Map<number, string>() };
      if (found.size < MOST_INTERFACES) found.set(device, known);
      const side = (end === 'i') === (negated === undefined) ? '-s' : '-d';
      const address = BRIDGES.test(device) ? addressIn(texts, side) : undefined;
      const family = address?.includes(':') ? 6 : 4;
      if (address !== undefined && !known.addresses.has(family) && !isTaken(found.values(), address)) known.addresses.set(family, address);
    }
  }
  return [...found].map(([name, { rule, addresses }]) => ({ name, rule, addresses: [...addresses.values()] }));
}

/** Of most rules nothing need be printed. */
function asksInterface(match: MatchExpr): boolean {
  let asks = false;
  const note = (field: Field): void => {
    asks ||= field === 'iif' || field === 'oif';
  };
  eachLeaf(match, (leaf) => eachFieldOf(leaf, note));
  return asks;
}

function firstRules({ tables }: Ruleset): readonly Rule[] {
  const rules: Rule[] = [];
  for (const { chains } of tables.values()) {
    for (const chain of chains.values()) {
      if (rules.length >= MOST_RULES) return rules;
      rules.push(...chain.rules.slice(0, MOST_RULES - rules.length));
    }
  }
  return rules;
}

/** `veth+` is one of those, `veth0`; `+` is any, and none in particular. */
function deviceOf(name: string): string | undefined {
  const device = name.replace(/\+$/, '0');
  return name === '' || name === '+' || device === 'lo' ? undefined : device;
}

/** The first address of the network: where an engine puts its bridge. */
function addressIn(texts: readonly string[], side: '-s' | '-d'): string | undefined {
  const text = texts.find((one) => one.startsWith(`${side} `))?.slice(3) ?? '';
  const prefix = text.includes('/') ? parsePrefix(text) : undefined;
  if (prefix === undefined || prefix.length < 8 || prefix.length > (familyOf(prefix.address) === 4 ? 30 : 126)) return undefined;
  const { lo } = prefixRange(prefix);
  return `${formatAddress(typeof lo === 'bigint' ? lo + 1n : lo + 1)}/${prefix.length}`;
}

function isTaken(all: Iterable<{ readonly addresses: ReadonlyMap<number, string> }>, address: string): boolean {
  return [...all].some(({ addresses }) => [...addresses.values()].includes(address));
}
