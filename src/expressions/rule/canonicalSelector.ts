/** What is asked of a packet, in the words in which nft 1.0.6 lists it. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { tcpOptionName } from '../datatypes/tcpOptions.ts';
import { canonicalConstant } from '../values/canonicalValue.ts';
import { keyPart } from '../values/part.ts';
import { FIB_FLAGS } from '../values/selectorName.ts';
import { inTuple } from './tuplePart.ts';

/** Constants within what is asked of a packet. */
export function selectorIn(expression: NftExpression, context: NftRuleContext): NftExpression {
  switch (expression.kind) {
    case 'binary': {
      const { type } = keyPart(withoutField(expression.left), context);
      return {
        ...expression,
        left: selectorIn(expression.left, context),
        right: canonicalConstant(expression.right, type, { list: false, context }),
      };
    }
    case 'concat':
      return { ...expression, of: expression.of.map((one) => tuplePartIn(one, context)) };
    case 'hash':
      return expression.of?.kind === 'concat' ? { ...expression, of: selectorIn(expression.of, context) } : expression;
    case 'fib':
      return { ...expression, flags: FIB_FLAGS.filter((flag) => expression.flags.includes(flag)) };
    case 'ct': {
      // both directions have the same
      if (expression.key === 'protocol' || expression.key === 'l3proto')
        return { start: expression.start, end: expression.end, kind: 'ct', key: expression.key };
      const addresses = expression.direction !== undefined && (expression.key === 'saddr' || expression.key === 'daddr');
      return addresses ? { ...expression, family: expression.family ?? (context.family === 4 ? 'ip' : 'ip6') } : expression;
    }
    case 'payload':
      return renamed(expression);
    case 'meta':
      return { ...expression, key: META_KEYS[expression.key] ?? expression.key };
    case 'header':
      return expression.of === 'tcp option' ? { ...expression, name: tcpOptionName(expression.name) } : expression;
    case 'other':
      return { ...expression, words: withoutFirst(expression.words) };
    default:
      return expression;
  }
}

/** `ipsec in spnum 0 reqid` is `ipsec in reqid`. */
function withoutFirst(words: readonly string[]): readonly string[] {
  const at = words.indexOf('spnum');
  return at >= 0 && Number(words[at + 1]) === 0 ? words.toSpliced(at, 2) : words;
}

/** As a part of a key with others, or of one that packets add. */
export function tuplePartIn(expression: NftExpression, context: NftRuleContext): NftExpression {
  return inTuple(selectorIn(expression, context), context);
}

/** A mask is of bits at a place, whatever the values are. */
function withoutField(expression: NftExpression): NftExpression {
  if (expression.kind !== 'raw') return expression;
  const { field: _, ...place } = expression;
  return place;
}

/** Words that nft keeps for others. */
const META_KEYS: Readonly<Record<string, string | undefined>> = { secpath: 'ipsec', ibriport: 'ibrname', obriport: 'obrname' };

/** Fields that nft lists by another name. */
const FIELDS: Readonly<Record<string, string | undefined>> = { 'vlan cfi': 'dei', 'icmpv6 param-problem': 'parameter-problem' };

function renamed<T extends { readonly protocol: string; readonly field: string }>(selector: T): T {
  return { ...selector, field: FIELDS[`${selector.protocol} ${selector.field}`] ?? selector.field };
}
