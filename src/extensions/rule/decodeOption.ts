/** The arguments of one option through their shapes. */
import type { Word } from '../../syntax/iptables/ast.ts';
import type { ExtensionOptionSpec, GivenOption } from '../contract/extension.ts';
import { type AnyValue, SHAPES, type ShapeName } from '../shapes/all.ts';
import { type Decoded, decodeValue, type Shape } from '../shapes/shape.ts';
import type { BindContext } from './boundRule.ts';

interface WrittenOption {
  readonly name: string;
  readonly spec: ExtensionOptionSpec;
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
  for (let at = 0; at < Math.min(spec.value.length, values.length); at++) {
    const value = values[at] as Word;
    const result = decodeCached(spec.value[at] as ShapeName, value.text, context);
    if ('value' in result) {
      decoded.push(result.value);
      if (result.warning !== undefined) context.report({ kind: 'warning', code: 'bad-value', message: result.warning, span: value });
    } else {
      const { refused: kind, message, help } = result;
      context.report({
        kind,
        code: kind === 'not-modelled' ? 'unknown-value' : 'bad-value',
        message: `${message}${kind === 'malformed' ? ` after \`${name}\`` : ''}`,
        span: value,
        ...(help === undefined ? {} : { help }),
      });
      if (kind === 'not-modelled') opaque ??= message;
      else refused = true;
    }
  }
  if (refused) return undefined;
  if (opaque !== undefined) return { opaque };
  const given: GivenOption = { name, inverted, values: decoded, span: word };
  if (context.taken !== undefined)
    for (const at of decoded.keys())
      context.taken(values[at] as Word, { kind: 'argument', shape: spec.value[at] as ShapeName, of: given, at });
  return given;
}

/** A dump of 100,000 rules has few different marks and states, and many comments. */
const CACHED_VALUES = 1024;

/** What the text is as a value of the shape. */
export function decodeCached(name: ShapeName, text: string, context: BindContext): Decoded<AnyValue> {
  let ofShape = context.decoded.get(name);
  if (ofShape === undefined) {
    ofShape = new Map();
    context.decoded.set(name, ofShape);
  }
  const known = ofShape.get(text);
  if (known !== undefined) return known;
  const shape: Shape<AnyValue> = SHAPES[name] as unknown as Shape<AnyValue>;
  const made = decodeValue(shape, text, context);
  if (ofShape.size < CACHED_VALUES) ofShape.set(text, made);
  return made;
}
