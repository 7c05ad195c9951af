import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitOf, comparedKeys, packedKeys } from '../../src/symbolic/diagrams/packedKeys.ts';

const WIDE = 40;

/** Rows of values of so many bits each; wider ones than numbers hold are bigints, as addresses of IPv6 are. */
const anyRows = fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 5 }).chain((lengths) =>
  fc.record({
    lengths: fc.constant(lengths),
    rows: fc.array(fc.tuple(...lengths.map((length) => fc.bigInt({ min: 0n, max: 2n ** BigInt(length) - 1n }))), {
      minLength: 2,
      maxLength: 6,
    }),
  }),
);

function digitsOf(row: readonly bigint[], lengths: readonly number[]): string {
  return row.map((value, at) => value.toString(2).padStart(lengths[at] ?? 0, '0')).join('');
}

test('bits and order of packed rows are those of their binary digits', () => {
  fc.assert(
    fc.property(anyRows, ({ lengths, rows }) => {
      const values = rows.flatMap((row) => row.map((value, at) => ((lengths[at] ?? 0) < WIDE ? Number(value) : value)));
      const keys = packedKeys(values, lengths);
      const digits = rows.map((row) => digitsOf(row, lengths));
      for (const [row, text] of digits.entries()) {
        expect([...text].map((_, at) => String(bitOf(keys, row, at))).join('')).toBe(text);
        for (const [other, its] of digits.entries())
          expect(Math.sign(comparedKeys(keys, row, other))).toBe(text < its ? -1 : text > its ? 1 : 0);
      }
    }),
  );
});
