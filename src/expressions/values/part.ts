/** A key of a match, a map or a concatenation: what is asked of a packet, and of which type its values are. */
import { memoize } from '../../lib/memo.ts';
import { ALWAYS, equals } from '../../netfilter/matchExpr.ts';
import type { NftExpression, NftSelector } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Bits } from '../contract/bits.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Expression } from '../contract/expression.ts';
import { ABSENT, type Selection, unknown } from '../contract/selection.ts';
import { DATATYPES } from '../datatypes/all.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { findExpression } from '../selectors/all.ts';
import { constantOf } from './constant.ts';
import { impliedByHeader, selectorName } from './selectorName.ts';
import { inItsPlace, ofOtherIcmp, withOthers } from './taken.ts';

export interface KeyPart {
  readonly selection: Selection;
  readonly type: Datatype;
  readonly span: Span;
  /** absent: it is not in the registry */
  readonly expression?: Expression;
  /** its bits are at other places: the value is not that of the expression */
  readonly moved?: true;
  /** `(value & mask) ^ xor` is what is compared */
  readonly mask?: Bits;
  readonly xor?: Bits;
}

/** The parts of a concatenation, or the one that there is. */
export function keyParts(expression: NftExpression, context: NftRuleContext): readonly KeyPart[] {
  if (expression.kind !== 'concat') return [keyPart(expression, context)];
  const parts = expression.of.map((one) => keyPart(one, context));
  for (const { type, span } of parts.filter(({ type: { sized } }) => sized === false)) {
    const message = `values of type ${type.name} have no fixed length: they cannot be part of a key`;
    context.report({ kind: 'not-loadable', code: 'bad-argument', message, span });
  }
  return parts.map(withBitsAsLoaded);
}

/** fact: of `ip version . ip ttl { 4 . 64 }` and `ip6 dscp . ip6 hoplimit { cs1 . 64 }` nft 1.0.6 loads other bits than those that it asks for */
function withBitsAsLoaded(part: KeyPart): KeyPart {
  const [offset, width] = part.expression?.at ?? [0, 8];
  const isMoved = (offset + width) % 8 !== 0 && (part.type.name === 'integer' || (offset % 8) + width > 8);
  if (!isMoved) return part;
  const why = `\`${part.expression?.name}\` beside other values, of which nft may have loaded other bits`;
  return { ...part, selection: unknown(why, part.selection.present) };
}

export function keyPart(expression: NftExpression, context: NftRuleContext): KeyPart {
  switch (expression.kind) {
    case 'binary':
      return masked(expression, context);
    case 'numgen': {
      const { modulus, offset, mode } = expression;
      checkDrawn(expression, context);
      return {
        type: drawnBelow(modulus + offset),
        span: expression,
        selection: { lots: { modulus, offset, remembers: mode === 'inc' }, ...DRAWN },
      };
    }
    case 'hash': {
      const { modulus, offset } = expression;
      checkDrawn(expression, context);
      const of = expression.of === undefined ? [] : keyParts(expression.of, context);
      const present = of.map(({ selection }) => selection.present);
      const drawn = { ...DRAWN, present: { kind: 'and', of: present } as const };
      return { type: drawnBelow(modulus + offset), span: expression, selection: { ...drawn, lots: { modulus, offset, remembers: true } } };
    }
    case 'payload':
    case 'raw':
    case 'meta':
    case 'ct':
    case 'fib':
    case 'header':
    case 'other':
      return selected(expression, context);
    default: {
      const message = 'nothing is asked of a packet here';
      context.report({ kind: 'not-loadable', code: 'bad-argument', message, span: expression });
      return { type: DATATYPES.integer, span: expression, selection: unknown(message) };
    }
  }
}

/** kernel net/netfilter/nft_numgen.c nft_ng_inc_init(), nft_hash.c nft_jhash_init() */
function checkDrawn(drawn: Extract<NftSelector, { kind: 'numgen' | 'hash' }> & Span, { report }: NftRuleContext): void {
  const { modulus, offset, start, end } = drawn;
  const refuse = (message: string): void => report({ kind: 'not-loadable', code: 'bad-value', message, span: { start, end } });
  if (modulus === 0) refuse('a number is drawn from one at least');
  else if (offset + modulus > 2 ** 32) refuse('a number that is drawn has 32 bits');
}

/** Nothing is too large for the only number of `mod 1`. */
function drawnBelow(end: number): Datatype {
  return end === 1 ? DATATYPES.integer : { last: end - 1, ...DATATYPES.integer };
}

const DRAWN = unknown('a number that is drawn');

function selected(selector: NftSelector & Span, context: NftRuleContext): KeyPart {
  const part = asked(selector, context);
  return selector.kind === 'payload' && selector.byPlace !== undefined ? { ...part, type: bitsByPlace(selector.byPlace) } : part;
}

function bitsByPlace(bits: number): Datatype {
  return { ...DATATYPES.integer, bits, ...(bits % 8 === 0 && { prints: 'hex' as const }) };
}

function asked(selector: NftSelector & Span, context: NftRuleContext): KeyPart {
  const name = selectorName(selector, context);
  const expression = findExpression(name);
  if (expression === undefined) {
    const type = typeWithout(selector);
    const { family, proto } = impliedByHeader(selector);
    if (family !== undefined && family !== context.family) return { type, span: selector, selection: ABSENT };
    return { type, span: selector, selection: unknown(`\`${name}\``, proto === undefined ? ALWAYS : equals('proto', proto)) };
  }
  const type = typeOf(expression, selector.kind === 'payload' ? 'header' : 'host');
  const { implies } = expression;
  const wrong = implies?.family !== undefined && implies.family !== context.family;
  const part = { type, span: selector, expression };
  // in a table of one family nft asks of ICMP of the other one for the protocol alone, which a packet may have
  if (wrong && implies.proto !== undefined && context.table !== 'inet') return { ...part, selection: ofOtherIcmp(expression) };
  if (wrong) return { ...part, selection: implies.family === context.taken?.family ? inItsPlace(expression) : ABSENT };
  const selection = expression.select(context, selector);
  const isAsked = implies?.proto === undefined || implies.proto !== context.taken?.proto;
  if (isAsked) return { type, span: selector, expression, selection };
  return { ...part, expression: { ...expression, implies: {} }, selection: withOthers(selection, expression, implies.proto) };
}

const typeOf: (expression: Expression, order: 'header' | 'host') => Datatype = memoize((expression: Expression, order): Datatype => {
  const named = DATATYPES[expression.type];
  return {
    ...named,
    ...(named.name === 'integer' && expression.at !== undefined && { bits: expression.at[1] }),
    ...(expression.last !== undefined && { bits: Math.ceil(Math.log2(expression.last + 1)) }),
    ...(named.name === 'integer' && order === 'host' && { byHost: true }),
  };
});

const FIB_TYPES: Readonly<Record<string, Datatype>> = {
  type: DATATYPES.fib_addrtype,
  oif: DATATYPES.fib_oif,
  oifname: { ...DATATYPES.ifname, sized: false },
};

/** Of what is not in the registry. */
function typeWithout(selector: NftSelector): Datatype {
  const field = selector.kind === 'raw' && selector.field !== undefined ? findExpression(selector.field) : undefined;
  if (field !== undefined) return typeOf(field, 'header');
  if (selector.kind === 'raw') return { ...DATATYPES.integer, bits: selector.length, prints: 'hex' };
  if (selector.kind === 'fib') return FIB_TYPES[selector.result] ?? DATATYPES.string;
  if (selector.kind !== 'header') return DATATYPES.string;
  if (selector.field === undefined) return DATATYPES.presence;
  if (selector.field === 'nexthdr') return DATATYPES.inet_proto;
  if (selector.name === 'mh' && selector.field === 'type') return DATATYPES.mh_type;
  if (/^(?:addr|sid)\b/.test(selector.field) && selector.of === 'exthdr') return DATATYPES.ipv6_addr;
  const bits = (selector.of === 'sctp chunk' ? CHUNK_BITS : FIELD_BITS)[selector.field];
  return bits === undefined ? DATATYPES.string : { ...DATATYPES.integer, bits };
}

/** Of options and extension headers. source: `nft describe` of nftables 1.0.6 */
const FIELD_BITS: Readonly<Record<string, number | undefined>> = {
  ...{ kind: 8, length: 8, size: 16, count: 8, left: 32, right: 32, tsval: 32, tsecr: 32, subtype: 4 },
  ...{ hdrlength: 8, 'seg-left': 8, type: 8, id: 32, 'frag-off': 13, reserved: 8, reserved2: 2, 'more-fragments': 1 },
  ...{ 'last-entry': 8, flags: 8, tag: 16, ptr: 8, value: 16, addr: 32, checksum: 16 },
};
const CHUNK_BITS: Readonly<Record<string, number | undefined>> = {
  ...{ type: 8, flags: 8, length: 16, tsn: 32, stream: 16, ssn: 16, ppid: 32, 'init-tag': 32, 'a-rwnd': 32, 'initial-tsn': 32 },
  ...{ 'num-outbound-streams': 16, 'num-inbound-streams': 16, 'cum-tsn-ack': 32, 'num-gap-ack-blocks': 16, 'num-dup-tsns': 16 },
  ...{ 'lowest-tsn': 32, seqno: 32, 'new-cum-tsn': 32 },
};

/** kernel net/netfilter/nft_bitwise.c: all operations on bits are `(x & mask) ^ xor` */
function masked(expression: Extract<NftExpression, { kind: 'binary' }> & Span, context: NftRuleContext): KeyPart {
  const part = keyPart(expression.left, context);
  const by = constantOf(expression.right, part.type, context);
  if (by === undefined || typeof by === 'string' || expression.op === '<<' || expression.op === '>>' || expression.op === '/') {
    // bits that were taken before are bits of another value
    const { mask: _, xor: __, ...bare } = part;
    return { ...bare, moved: true, selection: { ...unknown('a shifted value', part.selection.present) } };
  }
  const all = typeof by === 'bigint' ? (1n << 128n) - 1n : 0xffff_ffff;
  const [mask, xor] = [part.mask ?? all, part.xor ?? (typeof by === 'bigint' ? 0n : 0)];
  switch (expression.op) {
    case '&':
      return { ...part, mask: bitAnd(mask, by), xor: bitAnd(xor, by) };
    case '|':
      return { ...part, mask: bitAnd(mask, bitXor(all, by)), xor: bitXor(bitAnd(xor, bitXor(all, by)), by) };
    case '^':
      return { ...part, mask, xor: bitXor(xor, by) };
  }
}

function bitAnd(a: Bits, b: Bits): Bits {
  return typeof a === 'bigint' || typeof b === 'bigint' ? BigInt(a) & BigInt(b) : (a & b) >>> 0;
}

function bitXor(a: Bits, b: Bits): Bits {
  return typeof a === 'bigint' || typeof b === 'bigint' ? BigInt(a) ^ BigInt(b) : (a ^ b) >>> 0;
}
