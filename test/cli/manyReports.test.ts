/** Thousands of reports are merged with few files open and without looking at each of them for each line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchesInTurn } from '../../src/cli/io/batchesInTurn.ts';
import type { NumberedLine } from '../../src/cli/lines/lineReader.ts';
import { linesInOrder } from '../../src/cli/lines/linesInOrder.ts';

test('a file in blocks has the lines of the whole, wherever a block ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-'));
  try {
    const file = join(folder, 'lines');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'ü', '€', '🙂', '\ufeff', '\r') })),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const text = parts.join('');
          writeFileSync(file, text);
          const found: string[] = [];
          for await (const batch of batchesInTurn(file, size)) found.push(...batch);
          const lines = text.split('\n');
          expect(found).toEqual(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
        },
      ),
      { numRuns: 200 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const line = (index: number, part?: number): NumberedLine => ({
  number: 1,
  line: { schema: 'chainwalk/verify-lines/v1', kind: 'skipped', index, rules: [], ...(part !== undefined && { part }) },
});

test('lines are in the order of the files, and no report is begun before its turn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 200 }), fc.boolean(), async (owners, isKnown) => {
      const begun = new Set<number>();
      const reports = [...new Set(owners)].map((owner) => {
        const own = owners.flatMap((one, index) => (one === owner ? [index] : []));
        async function* lines() {
          begun.add(owner);
          for (const index of own) yield* [line(index, 1), line(index, 2)];
        }
        return { lines: lines(), ...(isKnown && { from: own[0] as number }) };
      });
      const found: string[] = [];
      for await (const { index, part } of linesInOrder(reports)) {
        found.push(`${index} ${part}`);
        if (isKnown) expect([...begun].every((owner) => owners.indexOf(owner) <= index)).toBe(true);
      }
      expect(found).toEqual(owners.flatMap((_, index) => [`${index} 1`, `${index} 2`]));
    }),
    { numRuns: 100 },
  );
});
