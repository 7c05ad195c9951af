/** How serious a change is, for the order in which changes are told, and for whether it breaks something. */
import type { Outcome } from '../connection/journey.ts';
import type { Level } from '../prove/proof/claim.ts';
import type { Sides } from './question.ts';

/** The most serious first.
 *  loop: packets loop that did not; stopped: packets that arrived do not arrive any more; bypass: captured ones go round the proxy;
 *  unknown: what becomes of them is not known any more; opened: what was stopped arrives; captured: what was not captured is;
 *  hampered: the connection completes, and an ICMP error about it or its closing does not arrive any more; moved: another outcome; stopped-otherwise: never arrived, before or after, but end differently;
 *  another-way: the same outcome by other addresses, ports or interfaces */
export const SEVERITIES = [
  'loop',
  'stopped',
  'bypass',
  'unknown',
  'opened',
  'captured',
  'hampered',
  'moved',
  'stopped-otherwise',
  'another-way',
] as const;
export type Severity = (typeof SEVERITIES)[number];

const CAPTURED: ReadonlySet<Outcome> = new Set<Outcome>(['captured-out', 'captured-in', 'dns']);
/** Past the proxy: what it takes at another port is not. */
const PAST: ReadonlySet<Outcome> = new Set<Outcome>(['direct', 'to-app', 'forwarded']);
/** A loop ends in nothing as well. */
const STOPPED: ReadonlySet<Outcome> = new Set<Outcome>(['dropped', 'rejected', 'refused', 'lost', 'stalled', 'loop']);

function severityOfPair(base: Outcome, head: Outcome): Severity {
  if (base === head) return 'another-way';
  if (head === 'loop') return 'loop';
  if (head === 'undecided') return 'unknown';
  if (STOPPED.has(head)) return STOPPED.has(base) ? 'stopped-otherwise' : 'stopped';
  if (CAPTURED.has(base) && PAST.has(head)) return 'bypass';
  if (STOPPED.has(base)) return 'opened';
  return CAPTURED.has(head) && !CAPTURED.has(base) ? 'captured' : 'moved';
}

/** Where chance decides, a side has several outcomes: one that comes or goes counts against all of the other side. */
export function severityOf({ base, head }: Sides<readonly Outcome[]>): Severity {
  const pairs = base.flatMap((was) => head.filter((is) => !base.includes(is) || !head.includes(was)).map((is) => severityOfPair(was, is)));
  return worstOf(pairs);
}

/** Each outcome of one side may become each of the other; that is no less serious than the same outcomes on both sides. */
export function severityOfAny({ base, head }: Sides<readonly Outcome[]>): Severity {
  const any = worstOf(base.flatMap((was) => head.map((is) => severityOfPair(was, is))));
  const same = severityOf({ base, head });
  return levelOf({ severity: any }) === 'info' ? same : any;
}

function worstOf(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((one) => severities.includes(one)) ?? 'another-way';
}

export function seriousness(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

const BREAKING: readonly Severity[] = ['loop', 'bypass', 'stopped', 'unknown'];

/** From any sender: what is odd on one host is a proxy's mark on the next. */
export function levelOf({ severity }: { readonly severity: Severity }): Level {
  if (BREAKING.includes(severity)) return 'error';
  return severity === 'stopped-otherwise' ? 'info' : 'warning';
}

/** ordinary: packets that an application sends or receives; through: ones that arrive for other hosts;
 *  odd: no program sends them in practice, for their mark, flags or addresses */
export const USUAL = ['ordinary', 'through', 'odd'] as const;
export type Usual = (typeof USUAL)[number];
