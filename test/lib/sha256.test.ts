import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { it } from 'vitest';
import { sha256 } from '../../src/lib/sha256.ts';

it('is what node computes, for every text', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 50, maxLength: 300 }));
  fc.assert(fc.property(text, (any) => sha256(any) === createHash('sha256').update(any).digest('hex')));
});
