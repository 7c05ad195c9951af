/** Named sets and maps in the words in which nft 1.0.6 lists them. nftables src/rule.c set_print_declaration(), src/segtree.c */
import type { NftElement, NftName, NftSetNode } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { listedElements } from '../values/canonicalSet.ts';
import { nftDuration } from '../values/canonicalValue.ts';
import { keyTypes, typesOf } from '../values/rows.ts';
import { canonicalStatement, written } from './canonical.ts';
import { canonicalCounted } from './canonicalCounts.ts';
import { keyIn } from './canonicalMatch.ts';

export function canonicalNamedSet(given: NftSetNode, context: NftRuleContext): NftSetNode {
  const silent: NftRuleContext = { ...context, report: () => {} };
  const set = { ...given, ...propertiesOf(given), statements: given.statements.map((one) => canonicalStatement(one, silent)) };
  const types = keyTypes(set, silent);
  if (types === undefined) return set;
  const values = set.value === undefined ? undefined : typesOf(set.value, silent);
  const elements = set.elements.map((given): NftElement => {
    const element = canonicalCounted(given.statements.length === 0 ? { ...given, statements: set.statements } : given);
    const { value } = element;
    const [type] = values ?? [];
    const isPlain = value === undefined || value.kind === 'verdict' || type === undefined || values?.length !== 1;
    const stored = isPlain ? value : written(value, type, silent);
    return { ...element, key: keyIn(element.key, types, silent), ...(stored !== undefined && { value: stored }) };
  });
  const intervals = set.flags.some(({ text }) => text === 'interval');
  const merges = intervals && set.autoMerge === true && set.value === undefined;
  return { ...set, elements: listedElements(elements, { types, intervals, merges }, silent) };
}

const FLAGS = ['constant', 'dynamic', 'interval', 'timeout'];

/** A time says by itself that elements have one. */
function propertiesOf({ flags, timeout, gcInterval }: NftSetNode): Partial<NftSetNode> {
  const given: readonly NftName[] = timeout === undefined ? flags : [...flags, { ...timeout, text: 'timeout' }];
  const told = FLAGS.flatMap((name) => given.find(({ text }) => text === name) ?? []);
  const duration = (name: NftName): NftName => ({ ...name, text: nftDuration(name.text) });
  return {
    flags: timeout !== undefined && told.length === 1 ? [] : told,
    ...(timeout !== undefined && { timeout: duration(timeout) }),
    ...(gcInterval !== undefined && { gcInterval: duration(gcInterval) }),
  };
}
