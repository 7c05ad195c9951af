import { whyNoKernel } from './oracle.ts';

let said = false;

/** Whether the kernel can be asked. If not, one line says why and how; in CI that is a failure. */
export function kernelHere(): boolean {
  const why = whyNoKernel();
  if (why === undefined) return true;
  if (process.env.CI === 'true') throw new Error(why);
  if (!said) console.log(why);
  said = true;
  return false;
}
