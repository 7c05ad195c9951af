/** A random ruleset of one family as iptables-restore text that the kernel accepts: no loops, every match and target where it may stand. */
import type { HookName, TableName } from '../../../src/netfilter/hooks.ts';
import { TABLE_HOOKS } from '../../../src/netfilter/hooks.ts';
import type { Family } from '../../../src/packet/address.ts';
import type { Random } from './random.ts';
import { randomHead, randomMatches } from './randomMatch.ts';
import { randomTarget } from './randomTarget.ts';

const TABLE_CHANCES: Readonly<Record<TableName, number>> = { raw: 0.35, mangle: 0.55, nat: 0.7, filter: 0.5, security: 0.08 };

export function randomRules(random: Random, family: Family): string {
  const tables = (Object.keys(TABLE_CHANCES) as TableName[]).filter((table) => random.chance(TABLE_CHANCES[table]));
  return (tables.length > 0 ? tables : (['nat'] as const)).map((table) => tableText(random, { family, table })).join('');
}

interface Chain {
  readonly name: string;
  /** hooks from which it may be reached; its rules must be fit for all of them */
  readonly hooks: readonly HookName[];
}

function tableText(random: Random, { family, table }: { readonly family: Family; readonly table: TableName }): string {
  const bases = TABLE_HOOKS[table].map((hook): Chain => ({ name: hook, hooks: [hook] }));
  const count = random.weighted([
    [3, 0],
    [4, 1],
    [4, 2],
    [3, 3],
    [2, 5],
  ]);
  const users = Array.from({ length: count }, (_, index): Chain => {
    const hooks = random.some(TABLE_HOOKS[table], 0.5);
    return { name: `U${index + 1}`, hooks: hooks.length > 0 ? hooks : [random.pick(TABLE_HOOKS[table])] };
  });
  const rules = [...bases, ...users].flatMap((chain, index) => {
    const later = users.slice(Math.max(0, index - bases.length + 1));
    const below = later.filter(({ hooks }) => chain.hooks.every((hook) => hooks.includes(hook))).map(({ name }) => name);
    const size = random.weighted([
      [2, 0],
      [4, 1],
      [5, 2],
      [4, 4],
      [1, 8],
    ]);
    return Array.from({ length: size }, () => ruleText(random, { family, table, chain, below }));
  });
  const policies = bases.map(({ name }) => `:${name} ${random.chance(policyDrop(table)) ? 'DROP' : 'ACCEPT'} [0:0]`);
  return [`*${table}`, ...policies, ...users.map(({ name }) => `:${name} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}

function policyDrop(table: TableName): number {
  return table === 'filter' ? 0.1 : 0.02;
}

interface RulePlace {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: Chain;
  readonly below: readonly string[];
}

function ruleText(random: Random, { family, table, chain, below }: RulePlace): string {
  const proto = random.weighted([
    [40, undefined],
    [35, 'tcp'],
    [15, 'udp'],
    [8, family === 4 ? 'icmp' : 'ipv6-icmp'],
    [2, 'gre'],
    [2, 'udplite'],
    [3, 'esp'],
    [family === 4 ? 2 : 0, 'ah'],
  ] as const);
  const place = { family, table, hooks: chain.hooks, user: /^U\d/.test(chain.name), proto };
  const parts = [...randomHead(random, place), ...randomMatches(random, place), randomTarget(random, { ...place, below })];
  return `-A ${chain.name} ${parts.filter((part) => part !== '').join(' ')}`;
}
