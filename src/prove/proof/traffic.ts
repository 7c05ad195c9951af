/** Which packets a claim is about, by where they start. */
import { type ForcedState, forcedKey } from '../../netfilter/firstState.ts';

/** Where packets start: on an interface, or here. */
export interface Ingress {
  readonly iif?: string;
}

/** Which packets are walked: those that are sent, or that arrive on an interface. */
export interface Traffic extends Ingress {
  readonly dir: 'in' | 'out';
  readonly forced?: ForcedState;
}

/** One for each walk. */
export function wayKey({ dir, iif, forced }: Traffic): string {
  return `${dir} ${dir === 'in' ? (iif ?? '') : ''} ${forcedKey(forced)}`;
}
