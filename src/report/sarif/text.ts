/** Text that SARIF viewers show as it is. */
import { printable } from '../../lib/printable.ts';

/** Brackets that would be read as a link have a backslash. source: SARIF 2.1.0, 3.11.6 */
export function plain(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll(/\[([^[\]]*)\](?=\()/g, '\\[$1\\]');
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
