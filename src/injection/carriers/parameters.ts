/** Values that are set one by one, as with `helm --set`. source: helm pkg/strvals */
import { at, entriesOf, itemsOf, type Node, stringAt } from '../../kubernetes/yaml/node.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import { scalarNode, type TreeLeaf, treeOf } from './trees.ts';

export interface SetValues {
  /** `[{name, value}]`, or a map of names and values */
  readonly node: Node;
  readonly report: ProblemSink;
}

/** Undefined: nothing is set. */
export function setValues({ node, report }: SetValues): Node | undefined {
  const pairs: readonly Pair[] =
    node.kind === 'map'
      ? entriesOf(node).map(({ key, value }) => ({ name: key, value, forced: false, node: value }))
      : itemsOf(node).flatMap((item): readonly Pair[] => {
          const value = at(item, 'value');
          const forced = at(item, 'forceString');
          const name = stringAt(item, 'name');
          return name === undefined || value === undefined
            ? []
            : [{ name, value, forced: forced?.kind === 'scalar' && forced.value === true, node: item }];
        });
  const leaves = pairs.flatMap((pair) => leafOf(pair, report));
  return leaves.length === 0 ? undefined : treeOf(leaves, node.span);
}

interface Pair {
  readonly name: string;
  readonly value: Node;
  /** as with `--set-string` */
  readonly forced: boolean;
  readonly node: Node;
}

function leafOf({ name, value, forced, node }: Pair, report: ProblemSink): readonly TreeLeaf[] {
  if (/\[\d+\]/.test(name)) {
    const help = 'write it among the values';
    report({ kind: 'warning', message: `\`${name}\` sets an item of a list, and is not read`, span: node.span, help });
    return [];
  }
  const path = name.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return [{ path, value }];
  const text = value.value.replaceAll('\\,', ',');
  return [{ path, value: scalarNode(forced ? text : typed(text), value.span) }];
}

function typed(text: string): string | number | boolean | null {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?(?:0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}
