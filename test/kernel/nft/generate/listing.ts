/** Random rulesets of nftables as text: tables of all families with base chains of odd priorities, chains of the user's, sets and maps. */
import type { Random } from '../../generate/random.ts';
import type { Hook } from './keys.ts';
import { drawMatch } from './matches.ts';
import type { Asked, ChainType, Place, TableFamily, UserChain } from './place.ts';
import { drawAction, drawVerdict } from './statements.ts';

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
/** Ties are likely. -200 and -100 are those of conntrack and of nat. */
const PRIORITIES = [-450, -310, -300, -300, -201, -200, -199, -150, -150, -101, -100, -99, -50, -1, 0, 0, 0, 1, 10, 50, 99, 100, 101, 300];
const NAT_PRIORITIES = [-199, -150, -110, -100, -100, -100, -90, 0, 50, 100, 100];
const NAMES = ['fw', 'istio-proxy-nat', 'kube_proxy', 't1', 'a.b'];

export function drawListing(random: Random, only?: 4 | 6): string {
  const families: readonly TableFamily[] =
    only === 4 ? ['ip', 'inet'] : only === 6 ? ['ip6', 'inet'] : ['ip', 'ip6', 'inet', 'inet', 'inet'];
  const names = new Set<string>();
  const count = random.pick([1, 1, 2, 2, 3]);
  while (names.size < count) names.add(`${random.pick(families)} ${random.pick(NAMES)}`);
  return [...names].map((name) => drawTable(random, name)).join('');
}

function drawTable(random: Random, name: string): string {
  const family = name.split(' ')[0] as TableFamily;
  const declared: string[] = [];
  const users = drawUsers(random);
  const chains = [
    ...Array.from({ length: 2 + random.below(4) }, (_, at) => baseChain(random, { family, declared, users, name: `base-${at + 1}` })),
    ...users.map((user, at) => {
      const below = users.slice(at + 1).filter((one) => one.type === user.type && user.hooks.every((hook) => one.hooks.includes(hook)));
      const place = { random, family, type: user.type, hooks: user.hooks, early: false, below, declared };
      return chainText(user.name, rules(place, 1 + random.below(4)));
    }),
  ];
  // what is jumped to stands first in no order of the kernel's: nft makes all chains before any rule
  const dormant = random.chance(0.03) ? 'flags dormant;\n' : '';
  return `table ${name} {\n${dormant}${[...declared, ...chains].join('\n')}\n}\n`;
}

const NAT_ENDS: readonly (readonly Hook[])[] = [['prerouting', 'output'], ['postrouting'], ['input'], ['input', 'postrouting']];

function drawUsers(random: Random): readonly UserChain[] {
  return Array.from({ length: random.below(5) }, (_, at) => {
    const type = random.chance(0.7) ? 'filter' : 'nat';
    const hooks = type === 'nat' ? random.pick(NAT_ENDS) : random.chance(0.7) ? HOOKS : random.some(HOOKS, 0.5);
    return { name: `${random.pick(['user', 'to_', 'a.'])}${at + 1}`, type, hooks };
  });
}

interface TableParts {
  readonly family: TableFamily;
  readonly declared: string[];
  readonly users: readonly UserChain[];
  readonly name: string;
}

const PLACES: Readonly<Record<ChainType, readonly Hook[]>> = {
  filter: [...HOOKS, 'prerouting', 'output'],
  nat: HOOKS.filter((hook) => hook !== 'forward'),
  route: ['output'],
};

function baseChain(random: Random, { family, declared, users, name }: TableParts): string {
  const type = random.weighted<ChainType>([
    [60, 'filter'],
    [32, 'nat'],
    [8, 'route'],
  ]);
  const hook = random.pick(PLACES[type]);
  const priority = random.pick(type === 'nat' ? NAT_PRIORITIES : PRIORITIES);
  const policy = random.chance(0.1) ? ' policy drop;' : random.chance(0.5) ? ' policy accept;' : '';
  const below = users.filter((one) => (one.type === 'nat') === (type === 'nat') && one.hooks.includes(hook));
  const place: Place = { random, family, type, hooks: [hook], early: type === 'filter' && priority < -199, below, declared };
  return chainText(name, [`type ${type} hook ${hook} priority ${priority};${policy}`, ...rules(place, 1 + random.below(6))]);
}

function chainText(name: string, lines: readonly string[]): string {
  return `chain ${name} {\n${lines.join('\n')}\n}`;
}

function rules(place: Place, count: number): readonly string[] {
  return Array.from({ length: count }, () => drawRule(place));
}

export function drawRule(place: Place): string {
  const { random } = place;
  const parts: string[] = [];
  let before: Asked = {};
  const match = (): void => {
    const { text, after } = drawMatch(place, before);
    parts.push(text);
    before = after;
  };
  for (let left = random.pick([0, 0, 1, 1, 1, 1, 2, 2]); left > 0; left--) match();
  for (let left = random.pick([0, 0, 1, 1, 2]); left > 0; left--) {
    const action = drawAction(place, before);
    parts.push(action.text);
    before = action.after;
    if (random.chance(0.12)) match();
  }
  if (parts.length === 0 || random.chance(0.6)) parts.push(drawVerdict(place, before));
  const text = parts.join(' ');
  const comment = random.chance(0.05) ? ' comment "why it is there"' : '';
  if (!text.endsWith('{}')) return text + comment;
  const inner = rules({ ...place, isAnonymous: true }, 1 + random.below(3));
  return `${text.slice(0, -1)}\n${inner.join('\n')}\n}${comment}`;
}
