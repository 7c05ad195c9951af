/** Protocols by number and by name. */
import { PROTOCOL_BY_NAME, PROTOCOL_BY_NUMBER } from '../../packet/protocolNames.ts';
import { numberOf, U8 } from './number.ts';
import { malformed, part, type Shape } from './shape.ts';

/** `tcp`, `6`, `all` (0) */
export const protocol: Shape<number> = {
  rule: 'protocol',
  decode: (parts) => {
    const name = part(parts, 'protocolName')?.toLowerCase();
    const value = name === undefined ? numberOf(parts.text) : name === 'all' ? 0 : PROTOCOL_BY_NAME.get(name);
    return value === undefined || value > U8
      ? malformed(`\`${parts.text}\` is not a valid protocol`, 'a name such as `tcp`, or a number from 0 to 255')
      : { value };
  },
  print: (value) => PROTOCOL_BY_NUMBER.get(value) ?? String(value),
};

export const protocolNumber: Shape<number> = { ...protocol, print: String };

/** `-p` loads a match by the name that was written, or by that of its number: `-p mh` does, `-p 135` finds none.
 *  iptables xshared.c find_proto(); libxtables xtables_find_match() knows the names of ICMPv6 */
export function protocolMatchName(written: string): string | undefined {
  const name = /^\d/.test(written) ? PROTOCOL_BY_NUMBER.get(numberOf(written)) : written.toLowerCase();
  return name === 'ipv6-icmp' || name === 'icmpv6' ? 'icmp6' : name;
}
