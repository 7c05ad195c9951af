import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { extensionsPage, LINE_LIMITS } from '../../grammars/extensions.ts';
import { LIMITS, NO_MODULE, OBJECTS } from '../kernel/lines/limits.ts';

test('EXTENSIONS.md says what the registry claims', () => {
  expect(readFileSync(new URL('../../grammars/EXTENSIONS.md', import.meta.url), 'utf8')).toBe(extensionsPage());
});

test('EXTENSIONS.md names the limits that the line oracle allows, and no others', () => {
  const allowed = [...LIMITS, ...OBJECTS].map(({ id }) => id);
  expect(LINE_LIMITS.map(({ id }) => id).toSorted()).toEqual([...allowed, NO_MODULE].toSorted());
});
