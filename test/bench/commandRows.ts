/** Rows that time a command as a process of its own, each beside its yardstick. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { coldJob, coldRows } from './cold.ts';
import { writeFleet } from './fleet.ts';
import type { Job } from './measure.ts';
import { type BenchRow, nftRows } from './nftRows.ts';
import { editedKubeProxyNat } from './structure.ts';

export interface CommandRows {
  readonly rows: readonly BenchRow[];
  /** what could not be measured here, and why */
  readonly leftOut: readonly string[];
}

const [ISTIO, SIDECAR] = ['istio-dual-stack', 'istio-sidecar'].map(
  (name) => new URL(`../../fixtures/${name}.rules`, import.meta.url).pathname,
) as [string, string];
const EMPTY_NODE = { name: 'node -e 0', job: { command: [process.execPath, '-e', '0'] } } as const;

/** `dist`: of the programs; `folder`: for the rules that they read; `whyNoKernel`: nft cannot be asked */
export function commandRows({
  dist,
  folder,
  whyNoKernel,
}: Readonly<Record<'dist' | 'folder', string>> & { whyNoKernel?: string }): CommandRows {
  const node = (...args: readonly string[]): Job => ({ command: [process.execPath, `${dist}/main.js`, ...args] });
  const [small, large] = [10_000, 100_000].map((rules) => write(join(folder, `kube-${rules}.rules`), kubeProxyNat(rules))) as [
    string,
    string,
  ];
  const edited = write(join(folder, 'kube-edited.rules'), editedKubeProxyNat(10_000));
  const [few, many] = [writeFleet(folder, 10_000), writeFleet(folder, 100_000)];
  const hasLegacy = hasCommand('iptables-legacy-restore');
  const parsed = [
    [10_000, small, 7],
    [100_000, large, 3],
  ] as const;
  return {
    rows: [
      ...(hasLegacy ? parsed.map(([rules, file, runs]) => parseRow({ rules, file, runs }, node)) : []),
      {
        work: 'diff of two kube-proxy tables of 10,000 rules',
        own: node('diff', small, edited),
        against: { ...EMPTY_NODE, target: '<= 1 s', runs: 7 },
      },
      {
        work: 'verify, kube-proxy 100,000 rules',
        own: node('verify', large),
        against: { name: 'chainwalk check', job: node('check', large), target: '<= 5 s, 400 MB', runs: 3 },
      },
      {
        work: 'verify -o jsonl, 100,000 dumps of a fleet',
        own: node('verify', many, '-o', 'jsonl'),
        against: { name: '10,000 dumps', job: node('verify', few, '-o', 'jsonl'), target: '<= 10 x, 60 s, 1 GB', runs: 3 },
      },
      ...nftRows({ folder, node, hasNft: whyNoKernel === undefined }),
      ...coldRows(ISTIO, SIDECAR).map((cold) => ({
        work: cold.work,
        own: coldJob(dist, cold),
        against: { ...EMPTY_NODE, target: cold.target, runs: cold.runs },
      })),
    ],
    leftOut: [
      ...(hasLegacy ? [] : ['parsing beside iptables (no iptables-legacy-restore)']),
      ...(whyNoKernel === undefined ? [] : [`reading maps and sets of nftables beside nft (${whyNoKernel})`]),
    ],
  };
}

function parseRow(
  { rules, file, runs }: { readonly rules: number; readonly file: string; readonly runs: number },
  node: (...args: string[]) => Job,
): BenchRow {
  const job = { command: ['iptables-legacy-restore', '--test'], stdin: file };
  const against = { name: 'iptables-legacy-restore --test', job, target: '<= 1.5 x', runs };
  return { work: `parse and resolve ${rules} rules`, own: node('check', file), against };
}

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}

function hasCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
