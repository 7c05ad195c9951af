/** How time and memory grow with the size of what is read: at most 1.3 times as much for one subject where there are ten times as many. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeProxyNft } from '../../fixtures/source/kubeProxy/nft.ts';
import { manyServices, NODES } from '../../fixtures/source/kubeProxy/services.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { writeFleet } from './fleet.ts';
import { type Job, measured, type Run } from './measure.ts';
import { editedKubeProxyNat } from './structure.ts';

interface Series {
  readonly work: string;
  readonly sizes: readonly number[];
  readonly job: (size: number) => Job;
}

export const GROWTH_HEADER = ['work', 'of', 'CPU ms', 'peak MB', 'time per tenfold', 'memory per tenfold', 'target'];

const MOST = 13;

interface Growing extends Readonly<Record<'dist' | 'folder', string>> {
  readonly isChosen: (row: Pick<Series, 'work'>) => boolean;
}

export function* growthRows({ dist, folder, isChosen }: Growing): Generator<readonly string[]> {
  const node = (...args: readonly string[]): Job => ({ command: [process.execPath, `${dist}/main.js`, ...args] });
  for (const { work, sizes, job } of series(folder, node).filter(isChosen)) {
    let before: (Run & { readonly size: number }) | undefined;
    for (const size of sizes) {
      const run = measured(job(size), size >= 100_000 ? 1 : 3);
      const [time, memory] =
        before === undefined ? ['', ''] : [perTenfold(before, { ...run, size }, 'cpu'), perTenfold(before, { ...run, size }, 'peakMb')];
      yield [work, size.toLocaleString('en'), (run.cpu * 1000).toFixed(0), run.peakMb.toFixed(0), time, memory, `<= ${MOST} x`];
      before = { ...run, size };
    }
  }
}

function perTenfold(before: Run & { readonly size: number }, after: Run & { readonly size: number }, what: 'cpu' | 'peakMb'): string {
  const growth = (after[what] / before[what]) ** (1 / Math.log10(after.size / before.size));
  return `${growth.toFixed(1)} x${growth > MOST ? ' !' : ''}`;
}

function series(folder: string, node: (...args: readonly string[]) => Job): readonly Series[] {
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const nat = (size: number): string => write(`nat-${size}.rules`, kubeProxyNat(size));
  const edited = (size: number): string => write(`edited-${size}.rules`, editedKubeProxyNat(size));
  const services = (size: number): string =>
    write(`services-${size}.nft`, kubeProxyNft(NODES[4], manyServices({ family: 4, services: size, endpoints: 2 })));
  const rules = [1000, 10_000, 100_000, 300_000];
  return [
    { work: 'check, rules of kube-proxy', sizes: rules, job: (size) => node('check', nat(size)) },
    { work: 'trace, rules of kube-proxy', sizes: rules, job: (size) => node('trace', nat(size), 'in tcp 192.0.2.1:40000 -> 10.96.1.5:80') },
    { work: 'verify, rules of kube-proxy', sizes: rules, job: (size) => node('verify', nat(size)) },
    { work: 'diff, rules of kube-proxy', sizes: [1000, 10_000, 100_000], job: (size) => node('diff', nat(size), edited(size)) },
    { work: 'check, services of kube-proxy in nft', sizes: [100, 1000, 10_000], job: (size) => node('check', services(size)) },
    { work: 'verify, services of kube-proxy in nft', sizes: [100, 1000, 10_000], job: (size) => node('verify', services(size)) },
    {
      work: 'verify -o jsonl, dumps of a fleet',
      sizes: [10, 100, 1000, 10_000, 100_000],
      job: (size) => node('verify', writeFleet(folder, size), '-o', 'jsonl'),
    },
  ];
}
