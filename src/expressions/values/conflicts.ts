/** Elements of one set or map that cannot be in it together.
 *  nftables src/intervals.c interval_overlap(); kernel net/netfilter/nft_set_rbtree.c, nft_set_pipapo.c nft_pipapo_insert() */
import type { Interval, IntervalSet } from '../../lib/intervals.ts';
import { includes } from '../../lib/intervals.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { ElementRow } from '../contract/row.ts';

export interface Having {
  /** overlapping intervals become one */
  readonly merges: boolean;
  /** elements are intervals */
  readonly intervals: boolean;
}

/** Looking at each pair takes too long for more elements of a concatenation with ranges. */
const MOST_PAIRS = 1000;

export function reportConflicts(rows: readonly ElementRow[], { merges, intervals }: Having, report: ProblemSink): void {
  const keyed = rows.filter((row): row is Keyed => row.key !== undefined);
  const refuse = ({ element }: Keyed): void =>
    report({ kind: 'not-loadable', code: 'bad-value', message: 'another element has this key, or a part of it', span: element.key });
  const seen = new Map<string, Keyed>();
  const distinct = keyed.filter((one) => {
    const name = keyText(one.key);
    const same = seen.get(name);
    if (same !== undefined && valueText(same.element) !== valueText(one.element)) refuse(one);
    else if (same === undefined) seen.set(name, one);
    return same === undefined;
  });
  const [wildcard, ...again] = rows.filter(({ element }) => element.key.kind === 'wildcard').map(({ element }) => element);
  for (const element of again) if (wildcard !== undefined && valueText(element) !== valueText(wildcard)) refuse({ key: [], element });
  if (!intervals) return;
  const [first] = distinct;
  if (first === undefined) return;
  if (first.key.length > 1) {
    if (distinct.length <= MOST_PAIRS) overlappingTuples(distinct).forEach(refuse);
  } else if (!merges) overlappingIntervals(distinct).forEach(refuse);
}

interface Keyed {
  readonly key: readonly IntervalSet[];
  readonly element: NftElement;
}

/** One text, without one for each part: a map may have 100,000 elements. */
function keyText(key: readonly IntervalSet[]): string {
  let text = '';
  for (const set of key) {
    for (const { lo, hi } of set) text += lo === hi ? `${lo},` : `${lo}-${hi},`;
    text += '.';
  }
  return text;
}

function overlappingIntervals(keyed: readonly Keyed[]): readonly Keyed[] {
  const sorted = keyed
    .flatMap((one, at) => (one.key[0] ?? []).map(({ lo, hi }) => ({ lo, hi, at, one })))
    .sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  return sorted.flatMap((next, index) => {
    const before = sorted[index - 1];
    if (before === undefined || next.lo > before.hi) return [];
    return [next.at > before.at ? next.one : before.one];
  });
}

/** The kernel looks whether the first or the last key of a new element is there. */
function overlappingTuples(keyed: readonly Keyed[]): readonly Keyed[] {
  return keyed.filter((one, at) => {
    const ends = (['lo', 'hi'] as const).map((end) => one.key.map(([interval]) => (interval as Interval<FieldValue>)[end]));
    return keyed.slice(0, at).some((before) => ends.some((end) => end.every((value, part) => includes(before.key[part] ?? [], value))));
  });
}

function valueText({ value }: NftElement): string {
  if (value === undefined) return '';
  return value.kind === 'verdict' ? `${value.verdict} ${value.chain?.text ?? ''}` : expressionText(value);
}

function expressionText(value: NftExpression): string {
  switch (value.kind) {
    case 'value':
      return value.text;
    case 'concat':
    case 'list':
      return value.of.map(expressionText).join(' . ');
    case 'prefix':
      return `${expressionText(value.of)}/${value.length}`;
    case 'range':
      return `${expressionText(value.lo)}-${expressionText(value.hi)}`;
    default:
      return value.kind;
  }
}
