/** The value of a constant, by its type. */
import { closest } from '../../lib/nearest.ts';
import { parseIPv4, parseIPv6 } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { SERVICES } from '../../packet/services.ts';
import type { NftValue } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Datatype, ValueReading } from './datatype.ts';

/** Undefined: it is no value of the type, which was reported, or only the machine knows it where the rules are loaded. */
export function readValue(value: NftValue & Span, type: Datatype, context: ValueReading): FieldValue | undefined {
  const { text, form } = value;
  const refuse = (message: string, help?: string): undefined =>
    void context.report({ kind: 'not-loadable', code: 'bad-value', message, span: value, help });
  switch (type.form) {
    case 'address4':
      return parseIPv4(text) ?? (form === 'number' ? numberOf(text) : hostName(value, context, 'IPv4'));
    case 'address6':
      return parseIPv6(text) ?? hostName(value, context, 'IPv6');
    case 'mac':
      if (form === 'number') return numberOf(text);
      return form === 'mac' ? ofHex(text, 2) : refuse(`\`${text}\` is not a valid MAC address`);
    case 'classid':
      if (form === 'number') return numberOf(text);
      return text === 'root' ? 0xffff_ffff : text.includes(':') ? ofHex(text, 4) : 0;
    case 'name':
      if (type.name === 'ifname' && text.length >= LONGEST_NAME) return refuse(`\`${text}\` is too long for the name of an interface`);
      return text;
    case 'number':
      break;
  }
  const named = type.constants?.get(text) ?? accountOf(text, type, context);
  if (named !== undefined) return named;
  if (form === 'number' || form === 'time') {
    const number = form === 'time' ? Number.parseInt(text, 10) : numberOf(text);
    if (number === undefined || number >= 2 ** type.bits)
      return refuse(`\`${text}\` exceeds the greatest value of ${type.name}, which has ${type.bits} bits`);
    return number;
  }
  // no rule that asks the clock is modelled
  if (type.names === 'clock') return 0;
  if (type.names !== undefined) {
    const message = `${type.names} \`${text}\` is looked up when the rules are loaded`;
    context.report({ kind: 'not-modelled', code: 'unknown-value', message, span: value, help: 'write the number' });
    return undefined;
  }
  const meant = type.constants === undefined ? undefined : closest(text, [...type.constants.keys()])?.word;
  return refuse(`\`${text}\` is not a value of type ${type.name}`, meant === undefined ? undefined : `did you mean \`${meant}\`?`);
}

/** Parts between colons, each of that many digits. */
function ofHex(text: string, digits: number): number {
  const parts = text.split(':').map((part) => part.padStart(digits, '0'));
  return Number.parseInt(parts.join(''), 16);
}

/** With the byte at its end. kernel include/uapi/linux/if.h IFNAMSIZ */
const LONGEST_NAME = 16;

function accountOf(text: string, { names }: Datatype, { users, groups }: ValueReading): number | undefined {
  if (names === 'service') return SERVICES.get(text);
  if (names !== 'user' && names !== 'group') return undefined;
  return (names === 'user' ? users : groups)?.get(text) ?? (text === 'root' ? 0 : undefined);
}

function hostName(value: NftValue & Span, { report }: ValueReading, family: string): undefined {
  if (value.form === 'word' || value.form === 'string') {
    const message = `the ${family} addresses of host \`${value.text}\` are looked up when the rules are loaded`;
    report({ kind: 'not-modelled', code: 'unknown-value', message, span: value, help: 'write the address' });
  } else report({ kind: 'not-loadable', code: 'bad-value', message: `\`${value.text}\` is not an ${family} address`, span: value });
}

/** As strtoull(3) reads it in base 0. */
function numberOf(text: string): number | undefined {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
