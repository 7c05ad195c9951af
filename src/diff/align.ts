/** Which rules of two rulesets have no counterpart. A packet that matches none of them, on neither side, meets the same rules in the
 *  same order: its journey is the same, whatever those rules mean. */
import type { Chain, Rule, Ruleset } from '../ruleset/ruleset.ts';
import { tableNames } from '../ruleset/stages.ts';

export interface Alignment {
  /** something that is not a rule differs: a policy, or what the rules switch on in the kernel. Any packet may be concerned */
  readonly everywhere: boolean;
  readonly base: ReadonlySet<Rule>;
  readonly head: ReadonlySet<Rule>;
}

export function align(base: Ruleset, head: Ruleset): Alignment {
  const only = { base: new Set<Rule>(), head: new Set<Rule>() };
  let everywhere = base.usesConntrack !== head.usesConntrack || base.usesDefrag !== head.usesDefrag;
  // one text says the same of what it does not show, too
  const sides = base.source.text === head.source.text ? { base: '', head: '' } : { base: 'base', head: 'head' };
  for (const name of tableNames([base, head])) {
    const left = base.tables.get(name)?.chains;
    const right = head.tables.get(name)?.chains;
    for (const chain of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
      const pair = { base: { chain: left?.get(chain), side: sides.base }, head: { chain: right?.get(chain), side: sides.head } };
      if (!runAlike(pair.base.chain, pair.head.chain)) everywhere = true;
      alignChain({ base: keyed(base, pair.base), head: keyed(head, pair.head) }, only);
    }
  }
  return { everywhere, ...only };
}

/** At the same place of the same hook, with the same policy. A base chain without rules that accepts everything is as good as none. */
function runAlike(base: Chain | undefined, head: Chain | undefined): boolean {
  const [one, other] = [base?.base, head?.base];
  if (one === undefined || other === undefined) return (one ?? other)?.policy !== 'DROP';
  return one.hook === other.hook && one.kind === other.kind && one.priority === other.priority && one.policy === other.policy;
}

interface Keyed {
  readonly rules: readonly Rule[];
  readonly key: (at: number) => string;
}

/** Lines that read the same mean the same; others are compared as iptables-save would print them. Of a rule that its text shows in part
 *  `side` is in the key: it may be another one there. */
function keyed({ source }: Ruleset, { chain, side }: { readonly chain: Chain | undefined; readonly side: string }): Keyed {
  const rules = chain?.rules ?? [];
  const keys: string[] = [];
  const key = (at: number): string => {
    const rule = rules[at];
    if (rule === undefined) return '';
    keys[at] ??=
      rule.isPart === true
        ? `${side} ${rule.text}`
        : (plainLine((rule.elsewhere ?? source).text.slice(rule.span.start, rule.span.end)) ?? rule.text);
    return keys[at] ?? '';
  };
  return { rules, key };
}

/** A line that needs no reading to be compared: no counters, no shell variable. */
export function plainLine(line: string): string | undefined {
  return line.startsWith('-A ') && !/[$`\\\n]/.test(line) ? line : undefined;
}

interface Pair<T> {
  readonly base: T;
  readonly head: T;
}

/** Any common subsequence will do, a long one is better: at a mismatch the side that finds its counterpart sooner waits. */
function alignChain({ base, head }: Pair<Keyed>, only: Pair<Set<Rule>>): void {
  const count = { base: base.rules.length, head: head.rules.length };
  const same = (i: number, j: number): boolean =>
    base.key(i) === head.key(j) || (wholeText(base.rules[i]) ?? 'base') === (wholeText(head.rules[j]) ?? 'head');
  let i = 0;
  let j = 0;
  while (i < count.base && j < count.head && base.key(i) === head.key(j)) {
    i++;
    j++;
  }
  let places: Pair<Places> | undefined;
  while (i < count.base && j < count.head) {
    if (same(i, j)) {
      i++;
      j++;
      continue;
    }
    places ??= { base: placesOf(base, i), head: placesOf(head, j) };
    const inHead = nextPlace(places.head, base.key(i), j);
    const inBase = nextPlace(places.base, head.key(j), i);
    if (inBase - i < inHead - j) only.base.add(base.rules[i++] as Rule);
    else if (inHead < Number.POSITIVE_INFINITY) only.head.add(head.rules[j++] as Rule);
    else {
      only.base.add(base.rules[i++] as Rule);
      if (inBase === Number.POSITIVE_INFINITY) only.head.add(head.rules[j++] as Rule);
    }
  }
  for (const rule of base.rules.slice(i)) only.base.add(rule);
  for (const rule of head.rules.slice(j)) only.head.add(rule);
}

/** Undefined of a rule that its text shows in part. */
function wholeText(rule: Rule | undefined): string | undefined {
  return rule?.isPart === true ? undefined : rule?.text;
}

type Places = ReadonlyMap<string, number[]>;

function placesOf({ rules, key }: Keyed, from: number): Places {
  const places = new Map<string, number[]>();
  for (let at = rules.length - 1; at >= from; at--) {
    const known = places.get(key(at));
    if (known === undefined) places.set(key(at), [at]);
    else known.push(at);
  }
  return places;
}

/** The first place at or after `from`; the lists are in falling order and lose what comes after it. */
function nextPlace(places: Places, key: string, from: number): number {
  const list = places.get(key) ?? [];
  while (list.length > 0 && (list.at(-1) as number) < from) list.pop();
  return list.at(-1) ?? Number.POSITIVE_INFINITY;
}
