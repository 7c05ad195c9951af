/** How serious a change is, for the order in which changes are told, and for whether it breaks something. */
import type { Outcome } from '../journey/journey.ts';
import type { Level } from './claim.ts';

/** The most serious first.
 *  loop: packets loop that did not; bypass: captured ones go round the proxy; stopped: nobody gets what somebody got;
 *  opened: what was stopped arrives; captured: what was not captured is; moved: another outcome;
 *  stopped-otherwise: stopped before and after; another-way: the same outcome by other addresses, ports or interfaces */
export const SEVERITIES = ['loop', 'bypass', 'stopped', 'opened', 'captured', 'moved', 'stopped-otherwise', 'another-way'] as const;
export type Severity = (typeof SEVERITIES)[number];

const CAPTURED: ReadonlySet<Outcome> = new Set<Outcome>(['captured-out', 'captured-in', 'dns']);
/** A loop ends in nothing as well. */
const STOPPED: ReadonlySet<Outcome> = new Set<Outcome>(['dropped', 'rejected', 'refused', 'lost', 'loop']);

export function severityOf(base: Outcome, head: Outcome): Severity {
  if (base === head) return 'another-way';
  if (head === 'loop') return 'loop';
  if (STOPPED.has(head)) return STOPPED.has(base) ? 'stopped-otherwise' : 'stopped';
  if (CAPTURED.has(base) && !CAPTURED.has(head)) return 'bypass';
  if (STOPPED.has(base)) return 'opened';
  return CAPTURED.has(head) && !CAPTURED.has(base) ? 'captured' : 'moved';
}

export function seriousness(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

const BREAKING: readonly Severity[] = ['loop', 'bypass', 'stopped'];

/** What breaks something for packets that are sent in practice is an error. */
export function levelOf({ severity, usual }: { readonly severity: Severity; readonly usual: Usual }): Level {
  return BREAKING.includes(severity) && usual === 'ordinary' ? 'error' : 'warning';
}

/** ordinary: packets that an application sends or receives; through: ones that arrive for other hosts;
 *  odd: nobody sends them in practice, for their mark, flags or addresses */
export const USUAL = ['ordinary', 'through', 'odd'] as const;
export type Usual = (typeof USUAL)[number];
