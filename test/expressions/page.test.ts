import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nftablesPage } from '../../grammars/nftables.ts';

test('docs/nftables.md says what the registry claims', () => {
  expect(readFileSync(new URL('../../docs/nftables.md', import.meta.url), 'utf8')).toBe(nftablesPage());
});
