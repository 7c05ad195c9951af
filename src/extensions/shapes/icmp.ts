/** ICMP types and codes by number or by name.
 *  source RFC 792, RFC 4443, IANA ICMP parameters; names as `iptables -p icmp -h` lists them */
import { numberOf, U8 } from './number.ts';
import { malformed, part, type Shape } from './shape.ts';

/** `type` 255 is any type. kernel net/netfilter/xt_tcpudp.c icmp_type_code_match() */
export interface IcmpType {
  readonly type: number;
  readonly codes: { readonly lo: number; readonly hi: number };
}

/** name -> [type] or [type, code] */
type Names = Readonly<Record<string, readonly [type: number, code?: number]>>;
interface IcmpNames {
  readonly protocol: 'ICMP' | 'ICMPv6';
  readonly names: Names;
}

export const ANY_TYPE = 255;

export const ICMP: IcmpNames = {
  protocol: 'ICMP',
  names: {
    any: [ANY_TYPE],
    'echo-reply': [0],
    pong: [0],
    'destination-unreachable': [3],
    'network-unreachable': [3, 0],
    'host-unreachable': [3, 1],
    'protocol-unreachable': [3, 2],
    'port-unreachable': [3, 3],
    'fragmentation-needed': [3, 4],
    'source-route-failed': [3, 5],
    'network-unknown': [3, 6],
    'host-unknown': [3, 7],
    'network-prohibited': [3, 9],
    'host-prohibited': [3, 10],
    'tos-network-unreachable': [3, 11],
    'tos-host-unreachable': [3, 12],
    'communication-prohibited': [3, 13],
    'host-precedence-violation': [3, 14],
    'precedence-cutoff': [3, 15],
    'source-quench': [4],
    redirect: [5],
    'network-redirect': [5, 0],
    'host-redirect': [5, 1],
    'tos-network-redirect': [5, 2],
    'tos-host-redirect': [5, 3],
    'echo-request': [8],
    ping: [8],
    'router-advertisement': [9],
    'router-solicitation': [10],
    'time-exceeded': [11],
    'ttl-exceeded': [11],
    'ttl-zero-during-transit': [11, 0],
    'ttl-zero-during-reassembly': [11, 1],
    'parameter-problem': [12],
    'ip-header-bad': [12, 0],
    'required-option-missing': [12, 1],
    'timestamp-request': [13],
    'timestamp-reply': [14],
    'address-mask-request': [17],
    'address-mask-reply': [18],
  },
};

export const ICMPV6: IcmpNames = {
  protocol: 'ICMPv6',
  names: {
    'destination-unreachable': [1],
    'no-route': [1, 0],
    'communication-prohibited': [1, 1],
    'beyond-scope': [1, 2],
    'address-unreachable': [1, 3],
    'port-unreachable': [1, 4],
    'failed-policy': [1, 5],
    'reject-route': [1, 6],
    'packet-too-big': [2],
    'time-exceeded': [3],
    'ttl-exceeded': [3],
    'ttl-zero-during-transit': [3, 0],
    'ttl-zero-during-reassembly': [3, 1],
    'parameter-problem': [4],
    'bad-header': [4, 0],
    'unknown-header-type': [4, 1],
    'unknown-option': [4, 2],
    'echo-request': [128],
    ping: [128],
    'echo-reply': [129],
    pong: [129],
    'router-solicitation': [133],
    'router-advertisement': [134],
    'neighbour-solicitation': [135],
    'neighbor-solicitation': [135],
    'neighbour-advertisement': [136],
    'neighbor-advertisement': [136],
    redirect: [137],
  },
};

const ALL_CODES = { lo: 0, hi: U8 };

function codesFrom(code: number | undefined): IcmpType['codes'] {
  return code === undefined ? ALL_CODES : { lo: code, hi: code };
}

/** Types of this name, or of names that start like this. */
function namedType(names: Names, text: string): readonly (readonly [string, readonly [type: number, code?: number]])[] {
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
