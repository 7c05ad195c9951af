/** An end that is asked for: an outcome, and for packets that leave by which interface, as in `direct:eth0`. */
import type { FateClass } from '../symbolic/walk/traverse.ts';
import { isOutcome, type Journey, type Outcome } from './journey.ts';

export interface WantedEnd {
  readonly outcome: Outcome;
  /** of `direct` and `forwarded` */
  readonly oif?: string;
}

/** Undefined: it is neither an outcome nor one with an interface. */
export function parseWantedEnd(text: string): WantedEnd | undefined {
  const [word = '', oif, ...rest] = text.split(':');
  const outcome = word.toLowerCase();
  if (!isOutcome(outcome)) return undefined;
  if (oif === undefined) return { outcome };
  const leaves = outcome === 'direct' || outcome === 'forwarded';
  return leaves && rest.length === 0 && /^[^\s/]{1,15}$/.test(oif) ? { outcome, oif } : undefined;
}

export function wantedText({ outcome, oif }: WantedEnd): string {
  return oif === undefined ? outcome : `${outcome}:${oif}`;
}

/** The interface by which the first packet leaves; undefined: it does not. */
export function leavesBy({ fate }: Pick<FateClass, 'fate'>): string | undefined {
  return fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : undefined;
}

/** The same of a walked packet: each interface by which it can leave. */
export function interfacesLeft({ paths }: Journey): ReadonlySet<string> {
  return new Set(
    paths.flatMap(({ legs: [first] }) => {
      const fate = first?.walk.fate;
      return fate?.kind === 'sent' || fate?.kind === 'forwarded' ? [fate.oif] : [];
    }),
  );
}

/** What became of a packet, in the words of what was wanted. */
export function gotText(journey: Journey, { oif }: WantedEnd): string {
  const [only, ...others] = interfacesLeft(journey);
  const named = oif !== undefined && only !== undefined && others.length === 0;
  return wantedText({ outcome: journey.outcome, ...(named && { oif: only }) });
}

export function isAsWanted(journey: Journey, { outcome, oif }: WantedEnd): boolean {
  if (journey.outcome !== outcome) return false;
  const left = interfacesLeft(journey);
  return oif === undefined || (left.size === 1 && left.has(oif));
}
