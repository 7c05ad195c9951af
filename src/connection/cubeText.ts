/** One cube in the notation of packet sets: `out tcp -> !local:!15001 uid=!1337`. */
import { flagLetters, hexMark, macText, protocolName } from '../packet/notation.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { type Cube, type CubeField, mayBeAbsent } from '../symbolic/words/cubeFields.ts';
import { type Listed, listsOf } from '../symbolic/words/listed.ts';
import { type AddressItems, addressItems } from './addressItems.ts';
import { icmpTerm } from './icmpTerm.ts';

export interface CubePlace {
  readonly dir: 'in' | 'out';
  /** where packets arrive, when that has to be said */
  readonly iif?: string | undefined;
}

/** Values as they are written, `{80,443}` or `!53`; empty: it may be anything, and be missing. */
export function cubeText(space: Space, cube: Cube, { dir, iif }: CubePlace): string {
  const values = (field: CubeField, name: (value: bigint) => string = String): string => fieldText(space, cube, { field, name });
  const [src, dst] = [addressesIn(space, cube, 'src'), addressesIn(space, cube, 'dst')];
  const from = endText(listText(src), values('sport'));
  const to = endText(listText(dst), values('dport'));
  const flow = from === '' && to === '' ? [] : [...(from === '' ? [] : [from]), '->', ...(to === '' ? [] : [to])];
  const pairs: readonly (readonly [string, string])[] = [
    ['src', listText({ negated: true, items: src.except })],
    ['dst', listText({ negated: true, items: dst.except })],
    ['iif', iif ?? ''],
    ['uid', values('uid')],
    ['gid', values('gid')],
    ...ownerTerms(space, cube),
    ['mark', values('mark', (value) => hexMark(Number(value)))],
    ['flags', values('flags', (value) => flagLetters(Number(value)) || 'none')],
    ['icmp', icmpTerm(space, cube)],
    ['ttl', values('ttl')],
    ['tos', values('tos')],
    ['len', values('length')],
    ['frag', values('fragOffset')],
    ['mac', values('mac', macText)],
    ...macTerms(space, cube),
    ['spi', values('spi')],
  ];
  const proto = values('proto', (value) => protocolName(Number(value)));
  const said = pairs.flatMap(([key, text]) => (text === '' ? [] : [`${key}=${text}`]));
  return [dir, ...(proto === '' ? [] : [proto]), ...flow, ...said].join(' ');
}

function endText(hosts: string, ports: string): string {
  if (ports === '') return hosts;
  const isBare6 = hosts.includes(':') && !hosts.includes('{');
  return `${isBare6 ? hosts.replace(/^(!?)(.*)$/, '$1[$2]') : hosts}:${ports}`;
}

interface AskedField {
  readonly field: CubeField;
  readonly name: (value: bigint) => string;
}

function fieldText(space: Space, cube: Cube, { field, name }: AskedField): string {
  const term = cube.terms.get(field);
  if (term === undefined) return '';
  const may = mayBeAbsent(space, cube, field);
  const isWritable = (list: Listed): boolean => field !== 'flags' || list.kind === 'masks' || list.ranges.every(({ lo, hi }) => lo === hi);
  if (term.values === FULL) return !may || term.absent ? '' : 'any';
  if (term.values === EMPTY) return '!any';
  const lists = listsOf(space, field, term.values).filter((list) => isWritable(list) && (!may || list.negated === term.absent));
  const [list] = lists;
  return list === undefined ? '' : listText({ negated: list.negated, items: itemsOf(list, { field, name }) });
}

function addressesIn(space: Space, { terms }: Cube, field: 'src' | 'dst'): AddressItems {
  const term = terms.get(field);
  const lists = term === undefined || term.values === FULL ? [] : listsOf(space, field, term.values);
  return addressItems(
    space,
    lists.flatMap((list) => (list.kind === 'ranges' ? [list] : [])),
  );
}

function itemsOf(list: Listed, { field, name }: AskedField): readonly string[] {
  if (list.kind === 'masks') {
    const bits = (value: bigint): string => (field === 'tos' ? `0x${value.toString(16)}` : name(value));
    return list.masks.map(({ value, mask }) => `${bits(value)}/${bits(mask)}`);
  }
  return list.ranges.map(({ lo, hi }) => {
    const last = (field === 'uid' || field === 'gid') && hi === 0xffff_ffffn ? hi - 1n : hi;
    if (lo === last) return name(lo);
    return field === 'proto' ? `${lo}-${last}` : `${name(lo)}-${name(last)}`;
  });
}

function listText({ negated, items }: Pick<AddressItems, 'negated' | 'items'>): string {
  const [only, ...more] = items;
  if (only === undefined) return '';
  return `${negated ? '!' : ''}${more.length === 0 ? only : `{${items.join(',')}}`}`;
}

/** What is said of the socket, where the ids do not say it. */
function ownerTerms(space: Space, cube: Cube): readonly (readonly [string, string])[] {
  const isSaid = (['uid', 'gid'] as const).some((field) => isPlain(fieldText(space, cube, { field, name: String })));
  if (isSaid) return [];
  const allows = (field: 'socket' | 'process', bit: Bdd): boolean =>
    space.manager.and(cube.terms.get(field)?.values ?? FULL, bit) !== EMPTY;
  const { manager, socket, process } = space;
  const [no, yes] = [allows('socket', manager.not(socket)), allows('socket', socket)];
  if (!allows('process', manager.not(process))) return [['uid', 'any']];
  if (!yes) return [['socket', 'no']];
  const kernel: readonly (readonly [string, string])[] = allows('process', process) ? [] : [['uid', '!any']];
  return no ? kernel : [['socket', 'yes'], ...kernel];
}

function isPlain(text: string): boolean {
  return text !== '' && !text.startsWith('!');
}

function macTerms(space: Space, cube: Cube): readonly (readonly [string, string])[] {
  const term = cube.terms.get('hasMac');
  if (term === undefined || isPlain(fieldText(space, cube, { field: 'mac', name: macText }))) return [];
  return [['mac', space.manager.and(term.values, space.hasMac) === EMPTY ? '!any' : 'any']];
}
