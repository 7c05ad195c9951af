/** --on-kernel: the oracle's processes of one run, one for each backend of iptables that is asked. */

import type { KernelView } from '../../connection/kernelView.ts';
import { converseWithOracle, oracleReason } from '../../kernel/asked/oracle.ts';
import { loaderOf } from '../../kernel/asked/rulesQuestion.ts';
import { openSockets, type Sockets } from '../../kernel/asked/sockets.ts';
import { askKernel, type KernelScene, type ReadyOracle } from '../../kernel/compared/askKernel.ts';
import type { Backend } from '../../syntax/text/diagnostic.ts';
import type { Io, OraclePlace } from '../io/io.ts';

export interface KernelAsker {
  /** never rejected: what is missing is an answer */
  readonly ask: (scene: KernelScene) => Promise<KernelView>;
  readonly close: () => Promise<void>;
}

type Opened = (ReadyOracle & { readonly close: () => Promise<void> }) | { readonly missing: string };

/** `seconds`: the most for one question: a ruleset is loaded, and a few packets are sent. */
export function kernelAsker({ oracle: place }: Pick<Io, 'oracle'>, seconds: number): KernelAsker {
  const opened = new Map<Backend | 'auto', Promise<Opened>>();
  return {
    ask: async (scene) => {
      const backend = loaderOf(scene.ruleset);
      const known = opened.get(backend) ?? open(place, backend, seconds);
      opened.set(backend, known);
      const ready = await known;
      return 'missing' in ready ? ready : askKernel(ready, scene);
    },
    close: async () => {
      for (const one of opened.values()) {
        const ready = await one;
        if (!('missing' in ready)) await ready.close();
      }
    },
  };
}

async function open(place: OraclePlace | undefined, backend: Backend | 'auto', seconds: number): Promise<Opened> {
  if (place === undefined) return { missing: 'no program can be started here' };
  if (place.platform !== 'linux') return { missing: `this is ${place.platform}, not Linux` };
  const { startOracle, startSockets } = await import('../io/dialogue.ts');
  const oracle = converseWithOracle(startOracle(place.folder), backend, seconds);
  const here = await oracle.hello().catch((error: unknown) => ({ missing: oracleReason(error) }));
  if ('missing' in here) {
    await oracle.close();
    return here;
  }
  let opened: Sockets | undefined;
  const sockets = () => {
    opened ??= openSockets(startSockets(place.folder), here.backend, seconds);
    return opened;
  };
  const close = async () => {
    await oracle.close();
    await opened?.close();
  };
  return { oracle, here, sockets, close };
}
