/** `import 'chainwalk/jest'` in a test, or its name in `setupFilesAfterEnv`, adds the matchers to the `expect` that Jest makes global. */
import { type ChainwalkMatchers, matchers } from '../matchers/index.ts';

export type * from '../matchers/index.ts';

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters are those of @types/jest, or the two declarations would not be one
    interface Matchers<R = void, T = {}> extends ChainwalkMatchers<R> {}
  }
}

interface WithExpect {
  readonly expect?: { readonly extend: (matchers: object) => void };
}

const { expect } = globalThis as WithExpect;
if (expect === undefined)
  throw new Error(
    "chainwalk/jest: there is no global `expect`; `import { matchers } from 'chainwalk/matchers'` and `expect.extend({ ...matchers })`",
  );
expect.extend({ ...matchers });
