/** A printed host as a host description. What the text does not say is no part of it, and is said; where a packet's way depends on it the
 *  answer is undecided. */
import type { HostDescription } from '../../host/hostDescription.ts';
import type { Family } from '../../packet/address.ts';
import { NOTHING_PRINTED, type PrintedHost, type PrintedRule } from './printedHost.ts';

export interface PrintedDescription {
  readonly description: HostDescription;
  /** sentences without capital and stop: what the text does not say */
  readonly unsaid: readonly string[];
}

const FAMILIES: readonly Family[] = [4, 6];
const COMMANDS: Readonly<Record<Family, string>> = { 4: '`ip route`', 6: '`ip -6 route`' };

export function descriptionOf(printed: PrintedHost): PrintedDescription {
  const { interfaces = [], routesOf, listeners, listenersOf, sets, sysctls } = printed;
  const addressed = FAMILIES.filter((family) =>
    interfaces.some(({ addresses }) => addresses.some((text) => text.includes(':') === (family === 6) && !text.startsWith('fe80:'))),
  );
  const unrouted = addressed.filter((family) => !routesOf.includes(family));
  const { routes, route_tables } = tablesOf(printed);
  const open = unrouted.map(
    (family) => `${family === 6 ? '-6 ' : ''}default [${COMMANDS[family].replaceAll('`', '').replaceAll(' ', '_')}_is_not_given]`,
  );
  const unheard = (['tcp', 'udp'] as const).filter((protocol) => !listenersOf.includes(protocol));
  const description: HostDescription = {
    interfaces,
    routes: [...routes, ...open],
    ...ruleKeys(printed),
    ...(Object.keys(route_tables).length > 0 && { route_tables }),
    ...(Object.keys(sysctls).length > 0 && { sysctls }),
    ...(unheard.length < 2 && { listeners: [...listeners, ...unheard.map((proto) => ({ proto, process: 'app' }))] }),
    ...processesOf(printed),
    ...(Object.keys(sets).length > 0 && { sets }),
  };
  const unsaid = [
    ...(printed.interfaces === undefined ? ['no interfaces: give the output of `ip addr`'] : []),
    ...unrouted.map((family) => `no routes of IPv${family}: what they decide is undecided; give the output of ${COMMANDS[family]}`),
    ...(unheard.length === 1 ? [`no ${unheard[0]} sockets: an application is assumed on every ${unheard[0]} port`] : []),
  ];
  return { description, unsaid };
}

/** A user's group is most often the one of the same number. */
export function processesOf({ users }: PrintedHost): Pick<HostDescription, 'processes'> {
  if (users === undefined) return {};
  return { processes: Object.fromEntries(Object.entries(users).map(([name, uid]) => [name, { uid, gid: uid }])) };
}

export function tablesOf({ routes }: Pick<PrintedHost, 'routes'>): Required<Pick<HostDescription, 'routes' | 'route_tables'>> {
  const tables = new Map<string, string[]>();
  for (const { table, text } of routes) tables.set(table, [...(tables.get(table) ?? []), text]);
  const main = tables.get('main') ?? [];
  tables.delete('main');
  return { routes: main, route_tables: Object.fromEntries(tables) };
}

const USUAL: Readonly<Record<Family, readonly PrintedRule[]>> = { 4: usual(4), 6: usual(6) };

function usual(family: Family): readonly PrintedRule[] {
  const all = [
    { family, priority: 0, text: 'from all lookup local' },
    { family, priority: 32766, text: 'from all lookup main' },
  ];
  // IPv6 has no table `default`
  return family === 4 ? [...all, { family, priority: 32767, text: 'from all lookup default' }] : all;
}

/** It is there in every namespace. */
export function isUsualRule(rule: PrintedRule): boolean {
  return USUAL[rule.family].some((one) => isSameRule(rule, one));
}

function isSameRule(a: PrintedRule, b: PrintedRule): boolean {
  return a.priority === b.priority && a.text === b.text && a.family === b.family;
}

/** Only what is not there by itself, as long as all that is there by itself is. */
export function ruleKeys({ rules, rulesOf }: Pick<PrintedHost, 'rules' | 'rulesOf'>): Pick<HostDescription, 'ip_rules' | 'default_rules'> {
  const isWhole = rulesOf.every((family) => USUAL[family].every((one) => rules.some((rule) => isSameRule(rule, one))));
  if (rules.length === 0 && rulesOf.length === 0) return {};
  if (isWhole) {
    const added = rules.filter((rule) => !isUsualRule(rule));
    return added.length === 0 ? {} : { ip_rules: added.map(ruleDescription) };
  }
  const untold = FAMILIES.filter((family) => !rulesOf.includes(family));
  return {
    ip_rules: [...rules, ...untold.flatMap((family) => USUAL[family].filter((one) => !rules.some((rule) => isSameRule(rule, one))))].map(
      ruleDescription,
    ),
    default_rules: false,
  };
}

/** A rule without an address is of IPv4 unless it says otherwise. */
function ruleDescription({ family, priority, text }: PrintedRule): string {
  return `${family === 6 && !text.includes(':') ? '-6 ' : ''}${text} pref ${priority}`;
}

/** Several texts of one host: what a later one says comes instead of what an earlier one says of the same. */
export function hostOfTexts(texts: readonly PrintedHost[]): PrintedHost {
  return texts.reduce(joined, NOTHING_PRINTED);
}

function joined(one: PrintedHost, other: PrintedHost): PrintedHost {
  const names = new Set(other.interfaces?.map(({ name }) => name));
  const interfaces =
    one.interfaces === undefined && other.interfaces === undefined
      ? undefined
      : [
          ...(one.interfaces ?? []).filter(({ name }) => !names.has(name)),
          ...(other.interfaces ?? []).map((nic) => {
            const before = one.interfaces?.find(({ name }) => name === nic.name);
            return before === undefined
              ? nic
              : { ...before, ...nic, addresses: nic.addresses.length > 0 ? nic.addresses : before.addresses };
          }),
        ];
  const tables = new Set(other.routes.map(({ family, table }) => `${family} ${table}`));
  return {
    ...(interfaces !== undefined && { interfaces }),
    routes: [...one.routes.filter(({ family, table }) => !tables.has(`${family} ${table}`)), ...other.routes],
    routesOf: [...new Set([...one.routesOf, ...other.routesOf])].sort(),
    rules: [...one.rules.filter(({ family }) => !other.rulesOf.includes(family)), ...other.rules],
    rulesOf: [...new Set([...one.rulesOf, ...other.rulesOf])].sort(),
    listeners: [...one.listeners.filter(({ proto }) => !other.listenersOf.some((told) => told === proto)), ...other.listeners],
    listenersOf: [...new Set([...one.listenersOf, ...other.listenersOf])].sort(),
    ...((one.users ?? other.users) !== undefined && { users: { ...one.users, ...other.users } }),
    sets: { ...one.sets, ...other.sets },
    sysctls: { ...one.sysctls, ...other.sysctls },
    unusedSysctls: [...new Set([...one.unusedSysctls, ...other.unusedSysctls])],
  };
}
