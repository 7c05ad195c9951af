/** Tables of nftables while commands are carried out on them. */
import type { Source } from '../text/source.ts';
import type {
  NftChainNode,
  NftElement,
  NftFamily,
  NftFlowtableNode,
  NftObjectNode,
  NftRuleNode,
  NftRulesetNode,
  NftSetNode,
  NftStatement,
  NftTableNode,
} from './ast.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export type NftChainState = Mutable<Omit<NftChainNode, 'rules'>> & { rules: NftRuleNode[] };

export type NftSetState = Mutable<Omit<NftSetNode, 'elements' | 'statements'>> & {
  readonly elements: NftElement[];
  readonly statements: NftStatement[];
};

export type NftTableState = Mutable<Omit<NftTableNode, 'chains' | 'sets' | 'objects' | 'flowtables'>> & {
  readonly chains: Map<string, NftChainState>;
  readonly sets: Map<string, NftSetState>;
  /** by kind and name */
  readonly objects: Map<string, NftObjectNode>;
  readonly flowtables: Map<string, NftFlowtableNode>;
};

/** Tables by family and name, in the order in which they were made. */
export type NftWorld = Map<string, NftTableState>;

export function nftTableKey(family: NftFamily, name: string): string {
  return `${family} ${name}`;
}

export function nftRuleset(world: NftWorld, source: Source): NftRulesetNode {
  return {
    source,
    tables: [...world.values()].map(({ chains, sets, objects, flowtables, ...table }) => ({
      ...table,
      chains: [...chains.values()],
      sets: [...sets.values()],
      objects: [...objects.values()],
      flowtables: [...flowtables.values()],
    })),
  };
}
