/** Workers with the library, whose text stands in the document, so that nothing is fetched. */
import type { StartWorker, WorkerLike } from '../state/lane.ts';
import type { FromQuick, ToWorker } from '../worker/questions.ts';
import { embeddedText } from './embeddedText.ts';

/** One that traces rules of iptables, which needs a third of the library. */
export function openQuickWorker(): Worker {
  return openWorker([embeddedText('quick'), 'part("./quick.cjs")']);
}

export const startWhole: StartWorker = (onMessage) => {
  const worker = openWorker([embeddedText('quick'), embeddedText('rest'), 'part("./rest.cjs")']);
  worker.addEventListener('message', ({ data }) => onMessage(data));
  return worker;
};

/** Once a quick worker is asked for more than it has, one with the whole library takes its place. */
export function startQuick(quick: Worker, onMessage: Parameters<StartWorker>[0]): WorkerLike {
  let worker: WorkerLike = quick;
  let rules: ToWorker | undefined;
  let asked: ToWorker | undefined;
  quick.addEventListener('message', ({ data }: MessageEvent<FromQuick>) => {
    if (!('isLacking' in data)) return onMessage(data);
    quick.terminate();
    worker = startWhole(onMessage);
    if (rules) worker.postMessage(rules);
    if (asked) worker.postMessage(asked);
  });
  return {
    postMessage(message) {
      if ('rules' in message) rules = message;
      else asked = message;
      worker.postMessage(message);
    },
    terminate: () => worker.terminate(),
  };
}

function openWorker(texts: readonly string[]): Worker {
  const url = URL.createObjectURL(new Blob([texts.join('\n')], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'chainwalk' });
  URL.revokeObjectURL(url);
  return worker;
}

/** The script `early` of the page leaves a quick one for `main`, which takes it once. */
export interface WithEarlyWorker {
  chainwalkWorker?: Worker | undefined;
}
