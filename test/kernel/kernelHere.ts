import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** why the kernel cannot be asked; empty when it can */
    readonly noKernel: string;
  }
}

/** Whether the kernel can be asked. If not, the run has said why and how in one line; as root in CI that is a failure. */
export function kernelHere(): boolean {
  const why = inject('noKernel');
  if (why !== '' && process.env.CI === 'true' && process.getuid?.() === 0) throw new Error(why);
  return why === '';
}
