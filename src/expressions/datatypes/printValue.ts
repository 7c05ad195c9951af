/** A value as nft 1.0.6 prints it. */
import { formatAddress } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { PROTOCOL_BY_NUMBER } from '../../packet/protocolNames.ts';
import type { NftValue } from '../../syntax/nft/ast.ts';
import { printClock, printDuration } from './clock.ts';
import type { Datatype } from './datatype.ts';

export function printValue(value: FieldValue, type: Datatype): NftValue {
  if (typeof value === 'bigint')
    return type.form === 'number' ? node('number', `0x${value.toString(16)}`) : node('address6', formatAddress(value));
  if (typeof value === 'string') return node('string', value);
  switch (type.form) {
    case 'address4':
      return node('address4', formatAddress(value));
    case 'mac':
      return node('mac', (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':'));
    case 'classid':
      return node(
        'word',
        value === 0 ? 'none' : value === ROOT ? 'root' : `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`,
      );
    default: {
      if (type.names === 'duration' && value > 0) return node('time', printDuration(value));
      if (type.names === 'clock') return node('string', printClock(value, type.name));
      const name = nameOf(value, type);
      return name === undefined ? node('number', numberText(value, type)) : node(QUOTED.has(type.name) ? 'string' : 'word', name);
    }
  }
}

/** kernel include/uapi/linux/pkt_sched.h TC_H_ROOT */
const ROOT = 0xffff_ffff;

/** Types whose names nft lists in quotes. */
const QUOTED: ReadonlySet<string> = new Set(['day', 'devgroup', 'realm']);

function node(form: NftValue['form'], text: string): NftValue {
  return { kind: 'value', form, text };
}

function nameOf(value: number, type: Datatype): string | undefined {
  if (type.name === 'inet_proto') return value === 0 ? 'ip' : PROTOCOL_BY_NUMBER.get(value);
  const [name] = [...(type.constants ?? [])].find(([, number]) => number === value) ?? [];
  return name;
}

export function numberText(value: number, { prints, flags }: Datatype): string {
  if (flags === true && value === 0) return '0x0';
  if (prints === undefined) return String(value);
  return `0x${value.toString(16).padStart(Number(prints.slice(3)), '0')}`;
}

/** The bits of a flag type by name, or by number where they have none, in the order in which nft prints them; undefined: there is none. */
export function bitNames(bits: number, { constants, names }: Datatype): readonly string[] | undefined {
  if (bits === 0 || names === 'label') return undefined;
  const nameOfBit = new Map([...(constants ?? [])].map(([name, bit]) => [bit, name]));
  return Array.from({ length: 32 }, (_, at) => 2 ** at)
    .filter((bit) => (bits & bit) !== 0)
    .map((bit) => nameOfBit.get(bit) ?? `0x${bit.toString(16)}`);
}
