/** Output of `ip -json` as the keys of a host description. What the kernel derives by itself is left to
 *  `readHost`: the table `local`, connected routes, the three rules that are always there. What is not modelled is said. */

import { type JsonRecord, parseJson, recordsIn } from '../../lib/json.ts';
import { valueText } from '../../lib/valueText.ts';
import type { Answers } from './questions.ts';
import { isKernelRoute, routeTexts, subnetKey } from './routeTexts.ts';
import { ruleTexts } from './ruleTexts.ts';

export interface LiveRouting {
  readonly interfaces?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly routes?: readonly string[];
  readonly route_tables?: Readonly<Record<string, readonly string[]>>;
  readonly ip_rules?: readonly string[];
  readonly default_rules?: false;
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
  // a kernel without IPv6 answers with nothing
  const of = (family: '-4' | '-6', what: string) => {
    const list = json(`ip ${family} -json ${what}`);
    return list?.length === 0 && family === '-6' ? undefined : list;
  };
  const addresses = json('ip -json address');
  const [rules4, rules6] = [of('-4', 'rule'), of('-6', 'rule')];
  const [routes4, routes6] = [of('-4', 'route show table all'), of('-6', 'route show table all')];
  const rules =
    rules4 === undefined && rules6 === undefined
      ? undefined
      : ruleTexts({ ...(rules4 && { '-4': rules4 }), ...(rules6 && { '-6': rules6 }) });
  // `default` is of either family
  const told: readonly JsonRecord[] = [
    ...(routes4 ?? []).map((route) => ({ ...route, family: '-4' })),
    ...(routes6 ?? []).map((route) => ({ ...route, family: '-6' })),
  ];
  const nics = (addresses ?? []).map((nic) => readInterface(nic, { told: { 4: routes4, 6: routes6 } }));
  const subnets = new Set(nics.flatMap(({ name, addresses: own }) => own.flatMap((address) => subnetKey(name, address) ?? [])));
  const routes = routes4 === undefined && routes6 === undefined ? undefined : routeTexts(told, subnets);
  const { leftOut: ruleNotes = [], ...ruleKeys } = rules ?? {};
  const { leftOut: routeNotes = [], ...routeKeys } = routes ?? {};
  return {
    routing: {
      ...(addresses !== undefined && { interfaces: nics.map(({ name, addresses: own }) => ({ name, addresses: own })) }),
      ...ruleKeys,
      ...routeKeys,
    },
    leftOut: [...nics.flatMap(({ notes }) => notes), ...ruleNotes, ...routeNotes],
  };
}

interface ReadInterface {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly notes: readonly string[];
}

interface Told {
  readonly told: Readonly<Record<4 | 6, readonly JsonRecord[] | undefined>>;
}

/** An address without its connected route, because the interface is down or it was not requested, is one without a subnet. */
function readInterface({ ifname, addr_info }: JsonRecord, { told }: Told): ReadInterface {
  const name = valueText(ifname);
  const notes: string[] = [];
  const addresses = recordsIn(addr_info).map((info) => {
    const local = valueText(info.local);
    const address = `${local}/${valueText(info.prefixlen)}`;
    const oddities = odditiesOf(info);
    if (oddities.length > 0) {
      notes.push(`${address} of ${name} is ${oddities.join(' and ')}: when the kernel chooses it as a source is not modelled`);
    }
    const six = local.includes(':');
    const routes = told[six ? 6 : 4];
    const key = subnetKey(name, address);
    const connected = routes?.some((route) => isKernelRoute(route) && `${valueText(route.dev)} ${valueText(route.dst)}` === key);
    if (key === undefined || connected !== false || name === 'lo') return address;
    notes.push(`${name} has no route to the subnet of ${address}: only the address is used`);
    return `${local}/${six ? 128 : 32}`;
  });
  return { name, addresses, notes };
}

/** Flags that decide about sources. */
function odditiesOf({ scope, family, deprecated, tentative, dadfailed, local }: JsonRecord): readonly string[] {
  return [
    ...(family === 'inet' && scope === 'link' && !valueText(local).startsWith('127.') ? ['of scope link'] : []),
    ...(deprecated === true ? ['deprecated'] : []),
    ...(tentative === true || dadfailed === true ? ['tentative'] : []),
  ];
}
