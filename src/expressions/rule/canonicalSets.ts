/** Named sets and maps in the words in which nft 1.0.6 lists them. nftables src/rule.c set_print_declaration(), src/segtree.c */
import type { NftElement, NftName, NftSetNode } from '../../syntax/nft/ast.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { listedElements } from '../values/canonicalSet.ts';
import { nftDuration } from '../values/canonicalValue.ts';
import { intervalValue } from '../values/intervalValue.ts';
import { isInterval } from '../values/isInterval.ts';
import { keyTypes, typesOf } from '../values/rows.ts';
import { canonicalStatement, written } from './canonical.ts';
import { canonicalCounted } from './canonicalCounts.ts';
import { keyIn } from './canonicalMatch.ts';

export function canonicalNamedSet(named: NftSetNode, context: NftRuleContext): NftSetNode {
  const silent: NftRuleContext = { ...context, report: () => {} };
  const given = named.flags.some(({ text }) => text === 'constant') ? withoutChoices(named) : named;
  const set = { ...given, ...propertiesOf(given), statements: given.statements.map((one) => canonicalStatement(one, silent)) };
  const types = keyTypes(set, silent);
  if (types === undefined) return set;
  const values = set.value === undefined ? undefined : typesOf(set.value, silent);
  const elements = set.elements.map((given): NftElement => {
    const element = canonicalCounted(given.statements.length === 0 ? { ...given, statements: set.statements } : given);
    const stored = storedValue(element.value, values, silent);
    const { timeout, ...lasting } = element;
    // the time of the set is not said again
    const timed = timeout === undefined || timeout.text === set.timeout?.text ? lasting : element;
    return { ...timed, key: keyIn(element.key, types, silent), ...(stored !== undefined && { value: stored }) };
  });
  const intervals = set.flags.some(({ text }) => text === 'interval');
  const merges = intervals && set.autoMerge === true && set.value === undefined;
  return { ...set, elements: listedElements(elements, { types, intervals, merges }, silent) };
}

/** Of a constant set nft does not list how the kernel keeps it. */
function withoutChoices({ policy: _, size: __, ...set }: NftSetNode): NftSetNode {
  return set;
}

function storedValue(value: NftElement['value'], types: readonly Datatype[] | undefined, context: NftRuleContext): NftElement['value'] {
  const [type] = types ?? [];
  if (value === undefined || value.kind === 'verdict' || type === undefined) return value;
  if (types?.length === 1) return written(value, type, context);
  if (value.kind !== 'concat' || value.of.length !== types?.length) return value;
  const of = value.of.map((part, at) => (isInterval(part) ? part : written(part, types[at] ?? type, context)));
  return intervalValue({ ...value, of }, types, context);
}

const FLAGS = ['constant', 'dynamic', 'interval', 'timeout'];

/** A time says by itself that elements have one. */
function propertiesOf({ flags, timeout, gcInterval, size }: NftSetNode): Partial<NftSetNode> {
  const given: readonly NftName[] = timeout === undefined ? flags : [...flags, { ...timeout, text: 'timeout' }];
  const told = FLAGS.flatMap((name) => given.find(({ text }) => text === name) ?? []);
  const duration = (name: NftName): NftName => ({ ...name, text: nftDuration(name.text) });
  return {
    flags: timeout !== undefined && told.length === 1 ? [] : told,
    ...(timeout !== undefined && { timeout: duration(timeout) }),
    ...(size !== undefined && /^\d/.test(size.text) && { size: { ...size, text: String(nftNumber(size.text)) } }),
    ...(gcInterval !== undefined && { gcInterval: duration(gcInterval) }),
  };
}
