/** A named set or map as nft would load it: types that there are, elements of its types, what its flags allow. man nft(8), SETS and MAPS */
import type { NftElement, NftExpression, NftSetNode } from '../../syntax/nft/ast.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { TableContext } from '../contract/context.ts';
import type { ElementRow } from '../contract/row.ts';
import { isNamedType } from '../datatypes/all.ts';
import { parseDuration } from '../datatypes/clock.ts';
import { checkCounting } from './checkCounting.ts';
import { reportConflicts } from './conflicts.ts';
import { intervalOf } from './constant.ts';
import { elementRows, keyTypes, typesOf } from './rows.ts';

/** Of a map: its values are other than numbers and addresses. */
const OBJECTS: ReadonlySet<string> = new Set([
  'verdict',
  'counter',
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
  'synproxy',
]);

export function checkSet(set: NftSetNode, context: TableContext): void {
  const refuse = (message: string, span: Span, help?: string): void =>
    context.report({ kind: 'not-loadable', code: 'bad-value', message, span, help });
  for (const said of [set.key, set.value]) {
    if (said === undefined || 'of' in said) continue;
    for (const { text, ...span } of said.types)
      if (!isNamedType(text) && !(said === set.value && OBJECTS.has(text))) refuse(`there is no type \`${text}\``, span);
  }
  for (const one of set.statements) checkCounting(one, context.report);
  const types = keyTypes(set, context);
  if (types === undefined) return;
  const rows = elementRows(set.elements, types, context);
  // rules that name the set have them from here
  context.known.set(set, rows);
  const flags = set.flags.map(({ text }) => text);
  for (const element of set.elements) {
    if (!flags.includes('interval') && isInterval(element.key))
      refuse('prefixes and ranges need `flags interval` of the set', element.key, 'add `flags interval`');
    if (element.timeout !== undefined && !flags.includes('timeout') && set.timeout === undefined)
      refuse('an element with a timeout needs `flags timeout` of the set', element.key, 'add `flags timeout`');
    const late = expiryProblem(element, set);
    if (late !== undefined) refuse(late, element.key);
    for (const one of element.statements) checkCounting(one, context.report);
    const [counts] = element.statements;
    // packets add elements with what their rule says, which `nft list` shows where the set has none of its own
    if (counts !== undefined && set.statements.length === 0 && !flags.includes('dynamic'))
      refuse(`\`${counts.kind}\` of an element needs the same of the set`, counts, 'write it in the set, before its elements');
    const [ofSet] = set.statements;
    if (counts !== undefined && ofSet !== undefined && counts.kind !== ofSet.kind)
      refuse(`\`${counts.kind}\` of an element, where the set has \`${ofSet.kind}\``, counts);
    checkValue(set, element, context);
  }
  const [timeout] = [set.timeout, ...set.flags.filter(({ text }) => text === 'timeout')].filter((one) => one !== undefined);
  if (flags.includes('constant') && timeout !== undefined) refuse('elements of a constant set have no timeout', timeout);
  if (set.gcInterval !== undefined && timeout === undefined) refuse('without a timeout nothing is collected', set.gcInterval);
  const dynamic = set.flags.find(({ text }) => text === 'dynamic');
  if (dynamic !== undefined && flags.includes('interval')) refuse('packets cannot add intervals to a set', dynamic);
  if (dynamic !== undefined && isOfObjects(set)) refuse('packets cannot add objects to a map', dynamic);
  if (
    set.size !== undefined &&
    !flags.includes('constant') &&
    rows !== undefined &&
    isMoreThan(nftNumber(set.size.text), rows) &&
    (set.autoMerge !== true || types.length > 1)
  )
    refuse(`the set has more elements than its size, ${set.size.text}`, set.size);
  if (rows !== undefined) reportConflicts(rows, { merges: set.autoMerge === true, intervals: flags.includes('interval') }, context.report);
}

/** kernel net/netfilter/nf_tables_api.c nft_add_set_elem() */
function expiryProblem({ timeout, expires }: NftElement, set: NftSetNode): string | undefined {
  if (expires === undefined) return undefined;
  const longest = parseDuration((timeout ?? set.timeout)?.text ?? '') ?? 0;
  if (longest === 0) return 'an element that expires needs a timeout';
  return (parseDuration(expires.text) ?? 0) > longest ? 'an element cannot expire after its timeout' : undefined;
}

function isOfObjects({ value }: NftSetNode): boolean {
  const kind = value !== undefined && 'types' in value ? value.types[0]?.text : undefined;
  return kind !== undefined && kind !== 'verdict' && OBJECTS.has(kind);
}

/** Each key once. */
function isMoreThan(size: number, rows: readonly ElementRow[]): boolean {
  if (rows.length <= size) return false;
  const keyText = ({ key }: ElementRow): string => (key ?? []).map(([only]) => `${only?.lo}-${only?.hi}`).join(' . ');
  return new Set(rows.map(keyText)).size > size;
}

function isInterval(key: NftExpression): boolean {
  switch (key.kind) {
    case 'prefix':
    case 'range':
      return true;
    case 'value':
      return key.form === 'string' && key.text.endsWith('*');
    case 'concat':
      return key.of.some(isInterval);
    default:
      return false;
  }
}

function checkValue(set: NftSetNode, element: NftElement, context: TableContext): void {
  const { key, value } = element;
  const problem = valueProblem(set, element, context);
  if (problem !== undefined) context.report({ kind: 'not-loadable', code: 'bad-value', message: problem, span: value ?? key });
}

function valueProblem(set: NftSetNode, { value }: NftElement, context: TableContext): string | undefined {
  const name = `\`${set.name.text}\``;
  if (set.value === undefined) return value === undefined ? undefined : `${name} is a set: its elements have no values`;
  if (value === undefined) return `${name} is a map: this element has no value`;
  const kind = 'types' in set.value ? set.value.types[0]?.text : undefined;
  if ((kind === 'verdict') !== (value.kind === 'verdict'))
    return kind === 'verdict' ? 'expected a verdict' : 'expected a value, found a verdict';
  const types = typesOf(set.value, context);
  if (value.kind === 'verdict' || types === undefined) return undefined;
  const of = value.kind === 'concat' ? value.of : [value];
  if (types.length !== of.length) return `the values have ${types.length} parts, this one ${of.length}`;
  for (const [at, type] of types.entries()) intervalOf(of[at] ?? value, type, context);
  return undefined;
}
