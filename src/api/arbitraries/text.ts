/** Text with parts at random, and the choices that rules are made of. Everything shrinks to what stands first. */
import fc from 'fast-check';

/** text`--dport ${ports}`: each hole is another arbitrary. */
export function text(parts: TemplateStringsArray, ...holes: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...holes).map((values) => parts.reduce((all, part, at) => `${all}${values[at - 1] ?? ''}${part}`));
}

/** One of the values as text. */
export function pick(values: readonly (string | number)[]): fc.Arbitrary<string> {
  return fc.constantFrom(...values).map(String);
}

/** The text in `percent` of all cases, else nothing. */
export function perhaps(percent: number, some: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return weighted([
    [100 - percent, fc.constant('')],
    [percent, some],
  ]);
}

/** One of several by weight; what another one makes shrinks to the first one's values where they do as well. */
export function weighted<T>(choices: readonly (readonly [weight: number, of: fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  const possible = choices.filter(([weight]) => weight > 0).map(([weight, arbitrary]) => ({ weight, arbitrary }));
  return fc.oneof({ withCrossShrink: true }, ...possible);
}

export function hexText(values: readonly number[]): fc.Arbitrary<string> {
  return pick(values.map((value) => `0x${value.toString(16)}`));
}

export const notText: fc.Arbitrary<string> = perhaps(25, fc.constant('! '));
