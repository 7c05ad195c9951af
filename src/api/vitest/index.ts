/** `import 'chainwalk/vitest'` adds the matchers to vitest's `expect`. vitest is a peer dependency. */
import { expect } from 'vitest';
import { type ChainwalkMatchers, matchers } from '../matchers/index.ts';

export type * from '../matchers/index.ts';

declare module 'vitest' {
  // vitest declares the parameter of its matchers with `any` as its default, and calls what they return `void`
  interface Matchers<T> extends ChainwalkMatchers<void> {}
}

expect.extend({ ...matchers });
