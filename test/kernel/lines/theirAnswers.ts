/** What the real iptables makes of many lines. Lines that are expected to load are loaded together, each into a chain of its own;
 *  where such a load is refused, its halves are tried, down to the single line: no line is judged refused in company. */
import type { Family } from '../../../src/packet/address.ts';
import { type Backend, type Load, type Loaded, loadAll } from '../iptables.ts';

export interface Asked {
  readonly family: Family;
  readonly table: string;
  readonly backend: Backend;
  /** after `-A CHAIN` */
  readonly text: string;
  /** it is only read: `--test` */
  readonly readOnly: boolean;
  /** it is loaded with others */
  readonly together: boolean;
}

/** The saved rules after `-A CHAIN`, or undefined when it is refused. */
export type Their = readonly string[] | undefined;

/** A line and its chain, which no other line has: a line that stops iptables-restore without an error leaves the chains of others. */
interface Placed {
  readonly asked: Asked;
  readonly chain: string;
}

type Group = readonly Placed[];

/** Lines of one load: more make bisecting dear. */
const TOGETHER = 100;

export function theirAnswers(asked: readonly Asked[], setup: readonly string[]): ReadonlyMap<Asked, Their> {
  const answers = new Map<Asked, Their>();
  let pending: readonly Group[] = groups(asked.map((one, at) => ({ asked: one, chain: `L${at}` })));
  while (pending.length > 0) {
    const loaded = loadAll(pending.map(loadOf), setup);
    const halves: Group[] = [];
    for (const [at, group] of pending.entries()) {
      const saved = savedRules(group, loaded[at] as Loaded);
      const [only] = group;
      if (saved !== undefined) for (const { asked: one, chain } of group) answers.set(one, saved.get(chain) ?? []);
      else if (group.length === 1 && only !== undefined) answers.set(only.asked, undefined);
      else halves.push(group.slice(0, group.length >> 1), group.slice(group.length >> 1));
    }
    pending = halves;
  }
  return answers;
}

function groups(placed: readonly Placed[]): readonly Group[] {
  const open = new Map<string, Placed[]>();
  const all: Group[] = [];
  for (const one of placed) {
    const { together, backend, family, table } = one.asked;
    const key = together ? `${backend} ${family} ${table}` : '';
    const last = open.get(key);
    if (last !== undefined && together && last.length < TOGETHER) {
      last.push(one);
      continue;
    }
    const group = [one];
    all.push(group);
    open.set(key, group);
  }
  return all;
}

function loadOf(group: Group): Load {
  const [{ asked }] = group as readonly [Placed];
  const { family, backend, table, readOnly } = asked;
  const chains = group.map(({ chain }) => `-N ${chain}\n`).join('');
  const rules = group.map(({ chain, asked: { text } }) => `-A ${chain} ${text}\n`).join('');
  return { family, backend, text: `*${table}\n-N OTHER\n${chains}${rules}COMMIT\n`, dry: readOnly };
}

/** By chain; undefined when it was not loaded. Of what is only read, nothing is saved. */
function savedRules(group: Group, { loads, saved }: Loaded): ReadonlyMap<string, readonly string[]> | undefined {
  if (!loads) return undefined;
  const rules = new Map<string, string[]>();
  if (group[0]?.asked.readOnly) return rules;
  for (const line of saved.split('\n')) {
    const [, declared, of, text = ''] = /^(?::(L\d+) -|-A (L\d+)(?: (.*))?)$/.exec(line) ?? [];
    if (declared !== undefined) rules.set(declared, []);
    else if (of !== undefined) rules.get(of)?.push(text.trimEnd());
  }
  return group.every(({ chain }) => rules.has(chain)) ? rules : undefined;
}
