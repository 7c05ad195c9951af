/** What the running kernel did with the same packets, for people: one line where it agrees, both sides where it does not. */

import type { KernelAsked, KernelLeg, KernelPair, KernelView } from '../../connection/kernelView.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { type TracedKernel, tracedKernel } from '../json/tracedKernel.ts';
import type { Paint } from '../text/paint.ts';

export interface KernelStyle {
  readonly paint: Paint;
  readonly width: number;
  /** both sides also where they are the same */
  readonly verbose: boolean;
}

export function kernelLines(view: KernelView, { paint, width, verbose }: KernelStyle): readonly string[] {
  const label = 'kernel  ';
  const line = (text: string) => paragraph({ text: label + printable(text), width, hang: label.length });
  if ('missing' in view) return [paint.yellow(line(`not asked: ${view.missing}`))];
  const notes = [...socketTexts(view).map(line), ...view.notes.map((note) => paint.dim(line(note)))];
  if (view.differs !== undefined) {
    return [paint.bold(paint.red(line(`${nameOf(view)} DISAGREES: ${view.differs}`))), ...notes, ...view.legs.flatMap(legLinesOf)];
  }
  return [paint.green(line(kernelText(tracedKernel(view)))), ...notes, ...(verbose ? view.legs.flatMap(legLinesOf) : [])];
}

/** Beside what its raw packets do. */
function socketTexts({ connection }: KernelAsked): readonly string[] {
  if (connection === undefined) return [];
  const { says, agrees } = connection;
  return [
    `real sockets: the connection of leg 1 ${says}${agrees === true ? ', as here' : agrees === null ? ', which cannot be compared' : ''}`,
  ];
}

/** In a sentence, without a label. */
export function kernelText(traced: TracedKernel): string {
  if (traced.agrees === null) return `the kernel was not asked: ${traced.missing}`;
  const { kernel, iptables, backend, differs, steps, packets } = traced;
  const name = nameOf({ kernel, iptables, backend });
  if (differs !== undefined) return `${name} disagrees: ${differs}`;
  const rules = steps.filter(({ rule }) => rule !== undefined).length;
  const ends = packets === 1 ? 'the raw packet comes to the same end' : `${packets} raw packets come to the same ends`;
  const took = rules === 0 ? 'no rule either' : rules === 1 ? 'the same rule' : `the same ${rules} rules`;
  return `${name} takes ${took}, and ${ends}`;
}

function nameOf({ kernel, iptables, backend }: Pick<KernelAsked, 'kernel' | 'iptables' | 'backend'>): string {
  return `Linux ${kernel} (iptables ${iptables} ${backend})`;
}

function legLinesOf({ number, part, packet, rows, ours, kernels }: KernelLeg): readonly string[] {
  const widest = Math.max('chainwalk'.length, ours.length + 3, ...rows.map((row) => row.ours?.length ?? 0));
  const both = (mine: string, theirs: string, mark = ' '): string => `  ${mark} ${mine.padEnd(widest)}  ${theirs}`.trimEnd();
  return [
    '',
    `leg ${number}${part === undefined ? '' : `, ${part}`}: ${printable(packet)}`,
    both('chainwalk', 'kernel'),
    ...rows.map((row) => both(printable(row.ours ?? ''), theirsOf(row), isSame(row) ? ' ' : '!')),
    both(`=> ${ours}`, ours === kernels ? 'the same' : `=> ${kernels}`, ours === kernels ? ' ' : '!'),
  ];
}

function isSame({ ours, kernels }: KernelPair): boolean {
  return ours !== undefined && kernels !== undefined;
}

function theirsOf(row: KernelPair): string {
  return isSame(row) ? 'the same' : printable(row.kernels?.text ?? '');
}
