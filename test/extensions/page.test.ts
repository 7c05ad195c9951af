import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { extensionsPage } from '../../grammars/extensions.ts';

test('EXTENSIONS.md says what the registry claims', () => {
  expect(readFileSync(new URL('../../grammars/EXTENSIONS.md', import.meta.url), 'utf8')).toBe(extensionsPage());
});
