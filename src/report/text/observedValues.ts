/** Why a rule did not match, in words: the values that its clause looked at. */
import { formatAddress } from '../../packet/address.ts';
import { ADDR_TYPES, FIELDS, type Field, WAYS_BACK } from '../../packet/fields.ts';
import { flagLetters, hexMark, protocolName } from '../../packet/notation.ts';
import { CT_STATES } from '../../packet/packet.ts';
import type { Saw } from '../../simulate/trace.ts';

const NAMES: Readonly<Partial<Record<Field, string>>> = {
  proto: 'protocol',
  iif: 'input interface',
  oif: 'output interface',
  sport: 'source port',
  dport: 'destination port',
  ctstate: 'state',
  icmpType: 'icmp type',
  icmpCode: 'icmp code',
  connmark: 'connection mark',
  fragOffset: 'fragment offset',
  sk: 'local socket',
  wayBack: 'way back',
  wayBackMarked: 'way back',
  wayBackBound: 'way back',
  wayBackBoundMarked: 'way back',
  wayBackMade: 'way back',
};

/** `uid is 1000`, `no input interface`; a clause that asks for no value, as one of the other family, holds for no packet. */
export function sawText(saw: Saw): string {
  if (Object.keys(saw).length === 0) return 'it holds for no packet of this family';
  const parts = Object.entries(saw).map(([field, value]) => {
    const name = isField(field) ? (NAMES[field] ?? field) : field;
    return value === undefined ? `no ${name}` : `${name} is ${valueText(field, value)}`;
  });
  return parts.join(', ');
}

function valueText(field: string, value: number | bigint | string): string {
  if (typeof value === 'string') return value;
  if (isField(field) && FIELDS[field].type === 'address') return formatAddress(value);
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (field === 'proto' || field === 'ctproto') return protocolName(value);
  if (field === 'mark' || field === 'connmark') return hexMark(value);
  if (field === 'flags') return flagLetters(value) || 'none';
  if (field === 'ctstate') return CT_STATES[value] ?? String(value);
  if (field.startsWith('wayBack')) return WAYS_BACK[value] ?? String(value);
  if (/^(src|dst)Type/.test(field)) return ADDR_TYPES[value] ?? String(value);
  return String(value);
}

function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

/** JSON has no bigint: IPv6 addresses are spelled, anything else that wide is decimal text. */
export function sawJson(saw: Saw): Readonly<Record<string, number | string | null>> {
  const isAddress = (name: string) => /(src|dst)$/.test(name);
  const value = (name: string, seen: Saw[string]) => {
    if (seen === undefined) return null;
    if (typeof seen === 'string') return seen;
    if (isAddress(name)) return formatAddress(seen);
    return typeof seen === 'bigint' ? String(seen) : seen;
  };
  return Object.fromEntries(Object.entries(saw).map(([name, seen]) => [name, value(name, seen)]));
}
