/** The entries of the package under their own names, for the examples: they are tested as their users would write them. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chainwalk$/, replacement: src('api/library/index.ts') },
      { find: /^chainwalk\/(arbitraries|jest|kubernetes|matchers|report|vitest)$/, replacement: src('api/$1/index.ts') },
    ],
  },
  test: {
    // one more than the processors: tests of the kernel wait for packets; every test has folders and network namespaces of its own
    maxWorkers: availableParallelism() + 1,
    // files share what they import: loading and compiling it is a third of the work
    isolate: false,
    globalSetup: 'test/support/globalSetup.ts',
    setupFiles: 'test/support/seed.ts',
    // a hang ends here; nothing is timed: a busy machine must not fail a test
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
