/** Rulesets of one family as iptables-restore text that the kernel accepts: no circles, every match and target where it may stand.
 *  Chains have their names and hooks from the start, so that a rule shrinks alone and without the others' leave. */
import fc from 'fast-check';
import type { HookName, TableName } from '../../netfilter/hooks.ts';
import { TABLE_HOOKS, TABLES } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import { matches } from './matches.ts';
import { type RulePlace, within } from './place.ts';
import { ADDRESSES, INTERFACES } from './pools.ts';
import { targets } from './targets.ts';
import { notText, perhaps, pick, text, weighted } from './text.ts';

export interface RulesShape {
  readonly family: Family;
  readonly tables: readonly TableName[];
  /** may name the ipsets that a random host has */
  readonly sets: boolean;
}

const TABLE_PERCENT: Readonly<Record<TableName, number>> = { raw: 35, mangle: 55, nat: 70, filter: 50, security: 8 };

export function drawnRulesText({ tables, ...shape }: RulesShape): fc.Arbitrary<string> {
  const made = TABLES.filter((table) => tables.includes(table)).map((table) => {
    const body = tableText({ ...shape, table });
    return tables.length === 1 ? body : perhaps(TABLE_PERCENT[table], body);
  });
  const fallback = `*${tables.includes('nat') ? 'nat' : tables[0]}\nCOMMIT\n`;
  return fc.tuple(...made).map((texts) => texts.join('') || fallback);
}

interface ChainPlace {
  readonly name: string;
  /** hooks from which it may be reached; its rules must be fit for all of them */
  readonly hooks: readonly HookName[];
  readonly user: boolean;
}

/** Narrow ones first: a chain calls later ones that are fit for all of its hooks. */
function userChains(table: TableName): readonly ChainPlace[] {
  const hooks = TABLE_HOOKS[table];
  const sets = [...hooks.map((hook) => [hook]), ...PAIRS.filter((pair) => pair.every((hook) => hooks.includes(hook))), hooks, hooks];
  return sets.map((some, index) => ({ name: `U${index + 1}`, hooks: some, user: true }));
}

const PAIRS: readonly (readonly HookName[])[] = [
  ['PREROUTING', 'OUTPUT'],
  ['INPUT', 'POSTROUTING'],
];

interface TablePlace {
  readonly family: Family;
  readonly table: TableName;
  readonly sets: boolean;
}

function tableText(at: TablePlace): fc.Arbitrary<string> {
  const bases = TABLE_HOOKS[at.table].map((hook): ChainPlace => ({ name: hook, hooks: [hook], user: false }));
  const users = userChains(at.table);
  const chains = [...bases, ...users];
  const rules = chains.map(({ name, hooks, user }, index) => {
    const later = users.slice(Math.max(0, index - bases.length + 1));
    const below = later.filter((chain) => hooks.every((hook) => chain.hooks.includes(hook))).map((chain) => chain.name);
    const rule = ruleText(name, { ...at, hooks, user, below });
    return user
      ? weighted<readonly string[]>([
          [1, fc.constant([])],
          [1, fc.array(rule, { maxLength: 4 })],
        ])
      : fc.array(rule, { maxLength: 5 });
  });
  const drops = at.table === 'filter' ? 10 : 2;
  const policies = fc.tuple(
    ...bases.map(() =>
      weighted([
        [100 - drops, fc.constant('ACCEPT')],
        [drops, fc.constant('DROP')],
      ]),
    ),
  );
  return fc.tuple(policies, fc.tuple(...rules)).map(([policy, lists]) => {
    const lines = lists.flat();
    const declared = users.filter(({ name }) => lines.some((line) => line.startsWith(`-A ${name} `) || line.endsWith(` ${name}`)));
    return [
      `*${at.table}`,
      ...bases.map(({ name }, index) => `:${name} ${policy[index]} [0:0]`),
      ...declared.map(({ name }) => `:${name} - [0:0]`),
      ...lines,
      'COMMIT',
      '',
    ].join('\n');
  });
}

function ruleText(chain: string, at: Omit<RulePlace, 'proto'>): fc.Arbitrary<string> {
  const protos = [
    [40, undefined],
    [35, 'tcp'],
    [15, 'udp'],
    [8, at.family === 4 ? 'icmp' : 'ipv6-icmp'],
    [2, 'gre'],
    [2, 'udplite'],
    [3, 'esp'],
    [at.family === 4 ? 2 : 0, 'ah'],
  ] as const;
  return weighted(protos.map(([weight, proto]) => [weight, partsOf({ ...at, proto })])).map((parts) => `-A ${chain} ${parts}`);
}

function partsOf(place: RulePlace): fc.Arbitrary<string> {
  return fc
    .tuple(head(place), matches(place), targets(place))
    .map(([options, clauses, target]) => [...options, ...clauses, target].filter((part) => part !== '').join(' '));
}

/** -p, -s, -d, -i, -o, -f. */
function head(place: RulePlace): fc.Arbitrary<readonly string[]> {
  const { family, proto, user } = place;
  const prefix = pick(ADDRESSES[family].prefixes);
  const device = weighted([
    [85, pick(INTERFACES)],
    [15, pick(['eth+', 'e+', 'ne+', 'eth1'])],
  ]);
  const nothing = fc.constant('');
  return fc.tuple(
    perhaps(20, text`${notText}-s ${prefix}`),
    perhaps(30, text`${notText}-d ${prefix}`),
    user || within('PREROUTING', 'INPUT', 'FORWARD')(place) ? perhaps(20, text`${notText}-i ${device}`) : nothing,
    user || within('FORWARD', 'OUTPUT', 'POSTROUTING')(place) ? perhaps(20, text`${notText}-o ${device}`) : nothing,
    proto !== undefined ? fc.constant(`-p ${proto}`) : perhaps(10, text`! -p ${pick(['tcp', 'udp', family === 4 ? 'icmp' : 'ipv6-icmp'])}`),
    family === 4 && proto === undefined ? perhaps(2, text`${notText}-f`) : nothing,
  );
}
