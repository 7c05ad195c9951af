/** ICMP types and codes by number or by name. */
import type { IcmpNames } from '../../packet/icmpNames.ts';
import { numberOf, U8 } from './number.ts';
import { malformed, part, type Shape } from './shape.ts';

/** `type` 255 is any type. kernel net/netfilter/xt_tcpudp.c icmp_type_code_match() */
export interface IcmpType {
  readonly type: number;
  readonly codes: { readonly lo: number; readonly hi: number };
}

export const ANY_TYPE = 255;

const ALL_CODES = { lo: 0, hi: U8 };

function codesFrom(code: number | undefined): IcmpType['codes'] {
  return code === undefined ? ALL_CODES : { lo: code, hi: code };
}

/** Types of this name, or of names that start like this. */
function namedType(names: IcmpNames['names'], text: string): readonly (readonly [string, readonly [type: number, code?: number]])[] {
  const exact = Object.hasOwn(names, text) ? names[text] : undefined;
  return exact === undefined ? Object.entries(names).filter(([name]) => name.startsWith(text)) : [[text, exact]];
}

/** `8`, `3/4`, `echo-request`, or the start of one name only */
export function icmpType({ protocol, names }: IcmpNames): Shape<IcmpType> {
  return {
    rule: 'icmpType',
    decode: (parts) => {
      const { text } = parts;
      const named = namedType(names, text.toLowerCase());
      if (named.length === 1) return { value: { type: named[0]?.[1][0] ?? 0, codes: codesFrom(named[0]?.[1][1]) } };
      if (named.length > 1) return malformed(`${protocol} type \`${text}\` may be ${named.map(([name]) => `\`${name}\``).join(' or ')}`);
      const written = part(parts, 'typeNumber');
      if (written === undefined) return malformed(`\`${text}\` is not a valid ${protocol} type`);
      const code = part(parts, 'icmpCode');
      const [type, codes] = [numberOf(part(parts, 'number') ?? ''), codesFrom(code === undefined ? undefined : numberOf(code))];
      return type > U8 || (code !== undefined && codes.lo > U8)
        ? malformed(`\`${text}\` is not a valid ${protocol} type`)
        : { value: { type, codes } };
    },
    print: ({ type, codes }) => {
      if (type === ANY_TYPE && protocol === 'ICMP') return 'any';
      return codes.lo === 0 && codes.hi === U8 ? String(type) : `${type}/${codes.lo}`;
    },
  };
}
