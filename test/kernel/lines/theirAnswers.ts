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

type Group = readonly Asked[];

/** Lines of one load: more make bisecting dear. */
const TOGETHER = 100;

export function theirAnswers(asked: readonly Asked[], setup: readonly string[]): ReadonlyMap<Asked, Their> {
  const answers = new Map<Asked, Their>();
  let pending: readonly Group[] = groups(asked);
  while (pending.length > 0) {
    const loaded = loadAll(pending.map(loadOf), setup);
    const halves: Group[] = [];
    for (const [at, group] of pending.entries()) {
      const answer = loaded[at] as Loaded;
      const [only] = group;
      if (answer.loads && only?.readOnly) answers.set(only, []);
      else if (answer.loads) takeSaved(group, answer.saved, answers);
      else if (group.length === 1 && only !== undefined) answers.set(only, undefined);
      else halves.push(group.slice(0, group.length >> 1), group.slice(group.length >> 1));
    }
    pending = halves;
  }
  return answers;
}

function groups(asked: readonly Asked[]): readonly Group[] {
  const open = new Map<string, Asked[]>();
  const all: Group[] = [];
  for (const one of asked) {
    const key = one.together ? `${one.backend} ${one.family} ${one.table}` : '';
    const last = open.get(key);
    if (last !== undefined && one.together && last.length < TOGETHER) {
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
  const [{ family, backend, table, readOnly }] = group as readonly [Asked];
  const chains = group.map((_, at) => `-N L${at}\n`).join('');
  const rules = group.map(({ text }, at) => `-A L${at} ${text}\n`).join('');
  return { family, backend, text: `*${table}\n${chains}${rules}COMMIT\n`, dry: readOnly };
}

function takeSaved(group: Group, saved: string, answers: Map<Asked, Their>): void {
  const byChain = new Map<string, string[]>();
  for (const line of saved.split('\n')) {
    const [, chain, rule] = /^-A (L\d+)(?: (.*))?$/.exec(line) ?? [];
    if (chain !== undefined) byChain.set(chain, [...(byChain.get(chain) ?? []), (rule ?? '').trimEnd()]);
  }
  for (const [at, one] of group.entries()) answers.set(one, byChain.get(`L${at}`) ?? []);
}
