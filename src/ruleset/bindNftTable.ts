/** Binds a table of nftables: links its chains for each family that meets it, and reports what the kernel would refuse. */
import type { ChainOf, HookLimit, Need } from '../expressions/contract/building.ts';
import type { TableContext } from '../expressions/contract/context.ts';
import { lowerRule } from '../expressions/rule/lowerRule.ts';
import { checkCountingObject } from '../expressions/values/checkCounting.ts';
import { checkNftObject } from '../expressions/values/checkNftObject.ts';
import { checkSet } from '../expressions/values/checkSet.ts';
import { packedList } from '../lib/packedList.ts';
import type { Family } from '../packet/address.ts';
import type { NftChainNode, NftRuleNode, NftTableNode } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';
import type { Source } from '../syntax/text/source.ts';
import { checkRule, type KnownAlike } from './alikeRules.ts';
import { LinkedNftRule } from './linkedNftRule.ts';
import { apart } from './nftApart.ts';
import { checkedPriority, isDormant, isOfDevices, nftBase } from './nftBase.ts';
import { type CheckedChain, checkNftTable } from './nftChecks.ts';
import { actingDeviceChains, deviceChain } from './nftDevices.ts';
import { type ApartChain, checkHooksApart } from './nftHooksApart.ts';
import { isOfIptables, isRuleOfIptables, nftTableName } from './nftOfIptables.ts';
import type { Jump } from './reach.ts';
import type { ResolveOptions } from './resolve.ts';
import type { Chain, Table } from './ruleset.ts';
import { setsMadeBefore } from './setsMadeBefore.ts';

export interface BoundNftTable {
  readonly families: ReadonlyMap<Family, LinkedNftTable>;
}

export interface LinkedNftTable {
  readonly table: Table;
  readonly needs: ReadonlySet<Need>;
}

interface Binding {
  readonly source: Source;
  readonly options: ResolveOptions;
  readonly report: ProblemSink;
  /** base chains that were registered before those of the table */
  readonly registered: number;
}

const FAMILIES: Readonly<Record<NftTableNode['family'], readonly Family[]>> = {
  ip: [4],
  ip6: [6],
  inet: [4, 6],
  arp: [],
  bridge: [],
  netdev: [],
};

/** Undefined: packets of IP do not meet it. */
export function bindNftTable(node: NftTableNode, binding: Binding): BoundNftTable | undefined {
  const ofIptables = isOfIptables(node);
  const name = nftTableName(node);
  const chains = withAnonymous(node);
  const known: TableContext['known'] = new Map();
  const before = setsMadeBefore(node);
  const shared = {
    table: node.family,
    ofIptables: false,
    sets: new Map([...before, ...node.sets].map((set) => [set.name.text, set])),
    changedSets: new Set([...changedSets(chains.all), ...before.map((set) => set.name.text)]),
    objects: new Set([
      ...node.objects.map(({ kind, name: { text } }) => `${kind} ${text}`),
      ...node.flowtables.map(({ name: { text } }) => `flowtable ${text}`),
    ]),
    known,
    users: binding.options.users,
    groups: binding.options.groups,
    interfaceGroups: binding.options.interfaceGroups,
    now: binding.options.now,
  };
  // a set is the same for both families
  const families = FAMILIES[node.family];
  const [family = 4] = families;
  const { report } = binding;
  for (const object of node.objects) {
    checkCountingObject(object, report);
    checkNftObject(object, node.family, report);
  }
  for (const set of node.sets) checkSet(set, { ...shared, family, report });
  if (families.length === 0) {
    checkApart(node, chains, { ...shared, family, report });
    return bindApart(node, binding);
  }
  const linked = families.map((family): readonly [Family, LinkedNftTable] => {
    const context: TableContext = { ...shared, family, report };
    return [family, linkTable(node, { name, chains, context, binding, ofIptables })];
  });
  return { families: new Map(linked) };
}

/** Of rules that no packet of IP walks, too. */
function checkApart(node: NftTableNode, { all, chainOf }: NamedChains, context: TableContext): void {
  const checked = all.map(({ name, base, rules }): ApartChain => {
    if (base !== undefined) checkedPriority(base, node.family, context.report);
    const lowered = rules.map((rule, index) =>
      lowerRule(rule, { ...context, ruleId: `${node.name.text} ${name.text} ${index + 1}` }, chainOf),
    );
    const jumps = lowered.flatMap((rule, at) => rule.jumps.map(({ chain, span }): Jump => ({ to: chain, at, span })));
    return {
      name,
      base: undefined,
      isBase: base !== undefined,
      hook: base?.hook.text,
      jumps,
      limits: lowered.flatMap(({ limits }) => limits),
    };
  });
  checkHooksApart(checked, node.family, context.report);
  checkNftTable(node, checked, context.report);
}

function bindApart(node: NftTableNode, binding: Binding): BoundNftTable | undefined {
  if (node.family === 'netdev') return bindNetdev(node, binding);
  const finding = apart(node);
  if (finding !== undefined) binding.report(finding);
  return undefined;
}

/** Packets of both families come by the devices. */
function bindNetdev(node: NftTableNode, { registered }: Binding): BoundNftTable | undefined {
  const name = `netdev ${node.name.text}`;
  const chains = isDormant(node) ? [] : actingDeviceChains(node).map((chain) => deviceChain(chain, name, registered));
  if (chains.length === 0) return undefined;
  const table: Table = { name, chains: new Map(chains.map((chain) => [chain.name, chain])) };
  const linked: LinkedNftTable = { table, needs: new Set<Need>(['opaque']) };
  return {
    families: new Map([
      [4, linked],
      [6, linked],
    ]),
  };
}

interface Linking {
  readonly name: string;
  readonly chains: NamedChains;
  readonly context: TableContext;
  readonly binding: Binding;
  readonly ofIptables: boolean;
}

function linkTable(node: NftTableNode, { name, chains: { all, chainOf }, context, binding, ofIptables }: Linking): LinkedNftTable {
  const { report, registered } = binding;
  const silent: TableContext = { ...context, report: sayNothing, wasReported: true };
  const silentOfIptables: TableContext = { ...silent, ofIptables };
  const needs = new Set<Need>();
  const checked: CheckedChain[] = [];
  const acting = actingDeviceChains(node);
  const alike: KnownAlike = new Map();
  // chains that rules have in braces stand among them, and are no base chains
  let next = registered;
  const chains = all.map(({ name: chainName, base, rules }): Chain => {
    const own = base === undefined ? next : next++;
    const jumps: Jump[] = [];
    const limits: HookLimit[] = [];
    const where = { table: name, chain: chainName.text, context: silent, chainOf };
    const whereOfIptables = ofIptables ? { ...where, context: silentOfIptables } : where;
    const linked = rules.map((rule, index): LinkedNftRule => {
      const asIptables = ofIptables && isRuleOfIptables(rule);
      const ruleId = `${name} ${chainName.text} ${index + 1}`;
      const said = checkRule(rule, { context: asIptables ? silentOfIptables : context, ruleId, chainOf, alike });
      for (const need of said.needs) needs.add(need);
      for (const { chain, span } of said.jumps) jumps.push({ to: chain, at: index, span });
      if (!asIptables) limits.push(...said.limits);
      return new LinkedNftRule(asIptables ? whereOfIptables : where, { number: index + 1, node: rule, lowered: said.lowered });
    });
    if (base !== undefined && isOfDevices(base)) checkedPriority(base, node.family, report);
    const ofDevices = isDormant(node) ? undefined : acting.find(({ name: { text } }) => text === chainName.text);
    if (ofDevices !== undefined) {
      needs.add('opaque');
      return deviceChain(ofDevices, name, own);
    }
    const attached = base === undefined || isOfDevices(base) ? undefined : nftBase(base, { registered: own, family: node.family }, report);
    checked.push({ name: chainName, base: attached, isBase: base !== undefined, jumps: packedList(jumps), limits: packedList(limits) });
    return {
      table: name,
      name: chainName.text,
      ...(attached !== undefined && !isDormant(node) && { base: attached }),
      rules: linked,
      span: { start: chainName.start, end: chainName.end },
    };
  });
  checkNftTable(node, checked, report);
  const ordered = [...chains.filter(({ base }) => base !== undefined), ...chains.filter(({ base }) => base === undefined)];
  return { table: { name, chains: new Map(ordered.map((chain) => [chain.name, chain])) }, needs };
}

/** Not made where it is used: it would keep all that was made around it, for as long as the rules are. Of kube-proxy's 70,000 rules those
 *  are 12 MB. */
function sayNothing(): void {}

interface NamedChains {
  readonly all: readonly NftChainNode[];
  readonly chainOf: ChainOf;
}

/** `jump { ... }` calls a chain that has no name of its own. */
function withAnonymous(node: NftTableNode): NamedChains {
  const names = new Map<readonly NftRuleNode[], string>();
  const all: NftChainNode[] = [];
  const add = (chain: NftChainNode): void => {
    all.push(chain);
    for (const { statements } of chain.rules) {
      for (const one of statements) {
        if (one.kind !== 'verdict' || one.rules === undefined) continue;
        const text = `__chain${names.size}`;
        names.set(one.rules, text);
        add({ start: one.start, end: one.end, name: { start: one.start, end: one.end, text }, rules: one.rules });
      }
    }
  };
  node.chains.forEach(add);
  const own = new Map(all.map(({ name: { text } }) => [text, text]));
  return {
    all,
    chainOf: ({ chain, rules = [] }) => (chain === undefined ? (names.get(rules) ?? '') : (own.get(chain.text) ?? chain.text)),
  };
}

/** Names of the sets that packets add to or remove from. */
export function changedSets(chains: readonly NftChainNode[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { rules } of chains)
    for (const { statements } of rules) for (const one of statements) if (one.kind === 'dynamic') changed.add(one.set.text);
  return changed;
}
