/** Output of `ip -json` as the keys of a host description (contract section 4). What the kernel derives by itself is left to
 *  `readHost`: the table `local`, connected routes, the three rules that are always there. */
import { groupBy } from '../../lib/groupBy.ts';
import { valueText } from '../../lib/valueText.ts';
import { type JsonRecord, parseJson, recordsIn } from './json.ts';
import type { Answers } from './questions.ts';

export interface LiveRouting {
  readonly interfaces?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly routes?: readonly string[];
  readonly route_tables?: Readonly<Record<string, readonly string[]>>;
  readonly ip_rules?: readonly string[];
}

export interface ReadRouting {
  readonly routing: LiveRouting;
  /** sentences without capital and stop: what could not be taken over */
  readonly leftOut: readonly string[];
}

/** Keys of what was answered only. */
export function readRouting(answers: Answers): ReadRouting {
  const json = (words: string) => {
    const text = answers.get(words);
    return text === undefined ? undefined : recordsIn(parseJson(text));
  };
  // `default` and `all` are of either family
  const both = (words: string): readonly JsonRecord[] | undefined => {
    const families = ['-4', '-6'].map((family) => json(`ip ${family} -json ${words}`)?.map((one) => ({ ...one, family })));
    return families.every((one) => one === undefined) ? undefined : families.flatMap((one) => one ?? []);
  };
  const addresses = json('ip -json address');
  const rules = both('rule');
  const routes = both('route show table all');
  const odd = (routes ?? []).filter(({ nexthops, via }) => nexthops !== undefined || via !== undefined);
  return {
    routing: {
      ...(addresses !== undefined && { interfaces: addresses.map(readInterface) }),
      ...(rules !== undefined && { ip_rules: rules.filter((rule) => !isAlwaysThere(rule)).map(ruleText) }),
      ...(routes !== undefined && byTable(routes.filter((route) => !isDerived(route) && !odd.includes(route)))),
    },
    leftOut: odd.map(({ dst }) => `the route to ${valueText(dst)} has several next hops, or one of the other family, and is left out`),
  };
}

function readInterface({ ifname, addr_info }: JsonRecord): { readonly name: string; readonly addresses: readonly string[] } {
  const addresses = recordsIn(addr_info).map(({ local, prefixlen }) => `${valueText(local)}/${valueText(prefixlen)}`);
  return { name: valueText(ifname), addresses };
}

function isAlwaysThere({ priority, table, action }: JsonRecord): boolean {
  return (
    action === undefined &&
    ((priority === 0 && table === 'local') || (priority === 32766 && table === 'main') || (priority === 32767 && table === 'default'))
  );
}

function ruleText(rule: JsonRecord): string {
  const { family, src, srclen, dst, dstlen, fwmark, fwmask, iif, oif, priority, table, action } = rule;
  return [
    family,
    'not' in rule ? 'not' : undefined,
    part('from', prefix(src, srclen)),
    part('to', prefix(dst, dstlen)),
    part('fwmark', fwmark === undefined || fwmask === undefined ? fwmark : `${valueText(fwmark)}/${valueText(fwmask)}`),
    part('iif', iif),
    part('oif', oif),
    part('pref', priority),
    part('lookup', table),
    action,
  ]
    .filter((text) => text !== undefined)
    .join(' ');
}

function isDerived({ table, protocol, gateway, type }: JsonRecord): boolean {
  const byKernel = protocol === 'kernel' && gateway === undefined && (table === undefined || table === 'main');
  return table === 'local' || byKernel || ['broadcast', 'anycast', 'multicast'].includes(valueText(type));
}

function byTable(routes: readonly JsonRecord[]): Pick<LiveRouting, 'routes' | 'route_tables'> {
  const tables = groupBy(routes, ({ table = 'main' }) => valueText(table));
  const texts = [...tables].map(([name, all]) => [name, all.map(routeText)] as const);
  const { main = [], ...others } = Object.fromEntries(texts);
  return { routes: main, route_tables: others };
}

function routeText({ family, type, dst, gateway, dev, prefsrc, metric }: JsonRecord): string {
  return [family, type, dst, part('via', gateway), part('dev', dev), part('src', prefsrc), part('metric', metric)]
    .filter((text) => text !== undefined)
    .map(valueText)
    .join(' ');
}

function part(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${name} ${valueText(value)}`;
}

function prefix(address: unknown, length: unknown): unknown {
  return address === undefined || length === undefined ? address : `${valueText(address)}/${valueText(length)}`;
}
