/** The arguments of one option through their shapes. */
import type { Word } from '../../syntax/ast.ts';
import type { GivenOption, OptionSpec } from '../extension.ts';
import type { Decoded } from '../shapes/shape.ts';
import { type AnyValue, SHAPES } from '../shapes.ts';
import type { BindContext } from './boundRule.ts';

interface WrittenOption {
  readonly name: string;
  readonly spec: OptionSpec;
  readonly inverted: boolean;
  readonly values: readonly Word[];
  readonly word: Word;
}

/** undefined: refused and reported; `opaque`: accepted, but only the loading machine knows the value. */
export function decodeOption(
  { name, spec, inverted, values, word }: WrittenOption,
  context: BindContext,
): GivenOption | { readonly opaque: string } | undefined {
  const decoded: AnyValue[] = [];
  let opaque: string | undefined;
  let refused = false;
  for (const [at, shapeName] of spec.value.entries()) {
    const value = values[at] as Word;
    const shape = SHAPES[shapeName];
    const result: Decoded<AnyValue> | undefined = shape.decode(value.text, context);
    if (result === undefined) {
      refused = true;
      context.report({ kind: 'malformed', message: `expected ${shape.expected} after \`${name}\`, found \`${value.text}\``, span: value });
    } else if ('refused' in result) {
      context.report({
        kind: result.refused,
        message: result.message,
        span: value,
        ...(result.help === undefined ? {} : { help: result.help }),
      });
      if (result.refused === 'not-modelled') opaque ??= result.message;
      else refused = true;
    } else decoded.push(result.value);
  }
  if (refused) return undefined;
  return opaque === undefined ? { name, inverted, values: decoded, span: word } : { opaque };
}
