/** The change by which packets are treated differently. */
import { printable } from '../../lib/printable.ts';
import type { CauseJson } from '../json/diff.ts';

/** `annotation X removed, deploy.yaml:31` */
export function causeText({ what, base, head }: CauseJson): string {
  const at = (side: CauseJson['base']): string => (side?.file != null ? `, ${side.file}:${side.line}` : '');
  const written = (side: CauseJson['base']) => side?.file != null;
  const value = (side: CauseJson['base']) => (side === null || side.value === '' ? 'nothing' : side.value);
  if (written(base) && !written(head) && !what.startsWith('who')) return printable(`${what} removed${at(base)}`);
  if (written(head) && !written(base) && !what.startsWith('who')) return printable(`${what} added${at(head)}`);
  return printable(`${what}: ${value(base)} -> ${value(head)}${at(head) || at(base)}`);
}
