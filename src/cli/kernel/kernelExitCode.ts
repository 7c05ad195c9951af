/** What the kernel's answers mean: a disagreement is a bug of ours and is told as one; that it was not asked is told in a line. */

import { type KernelView, kernelAgrees } from '../../connection/kernelView.ts';
import { printable } from '../../lib/printable.ts';
import { kernelText } from '../../report/human/kernel.ts';
import { tracedKernel } from '../../report/json/tracedKernel.ts';
import { HOME_URL } from '../../report/sarif/home.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import type { Io } from '../io/io.ts';

const REPORT = `this is a bug in chainwalk, not in your input: please report it with the rules, the host and this output
  ${HOME_URL}/issues`;

export interface AskedViews {
  readonly views: readonly KernelView[];
  /** where it was not asked */
  readonly unasked: ExitCode;
}

export async function kernelExitCode(io: Io, { views, unasked }: AskedViews): Promise<ExitCode> {
  const told = (agrees: false | null) => [
    ...new Set(views.filter((view) => kernelAgrees(view) === agrees).map((view) => kernelText(tracedKernel(view)))),
  ];
  const [wrong, missing] = [told(false), told(null)];
  const lines = [...missing, ...wrong, ...(wrong.length > 0 ? [REPORT] : [])];
  await io.err.write(lines.map((line) => `chainwalk: ${line.split('\n').map(printable).join('\n')}\n`).join(''));
  return wrong.length > 0 ? EXIT.bug : missing.length > 0 ? unasked : EXIT.ok;
}
