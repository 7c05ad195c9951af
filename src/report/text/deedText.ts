/** What a rule did to the packet, in words. */
import { hexMark, pickedText } from '../../packet/notation.ts';
import type { Deed } from './decisions.ts';

export function deedText(deed: Deed): string {
  switch (deed.kind) {
    case 'nat':
      return `${deed.manip} := ${pickedText(deed.to, deed.ports)}`;
    case 'mark':
      return `${deed.on === 'packet' ? 'mark' : 'connection mark'} := ${hexMark(deed.value)}`;
    case 'field':
      return `${deed.field} := ${deed.field === 'ttl' ? deed.value : `0x${deed.value.toString(16).padStart(2, '0')}`}`;
    case 'divert':
      return deed.found ? `to the transparent socket on port ${deed.port}` : `no transparent socket on port ${deed.port}`;
  }
}
