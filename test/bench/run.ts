/** `npm run bench`: ratios to a yardstick in the same run, never absolute promises. Needs `npm run build`; rows without their yardstick are left out, and named. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoKernel } from '../kernel/needs.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { batchRow, evaluateRows } from './batch.ts';
import { coldJob, coldRows } from './cold.ts';
import { writeFleet } from './fleet.ts';
import type { Job, Run } from './measure.ts';
import { comparePairs } from './measure.ts';
import { nftRows } from './nftRows.ts';
import { pageRows, whyNoPage } from './page.ts';
import { deadRulesRows, editedKubeProxyNat } from './structure.ts';

const DIST = new URL('../../dist', import.meta.url).pathname;
const MAIN = `${DIST}/main.js`;
const PAGE = `${DIST}/chainwalk.html`;
const [ISTIO, SIDECAR] = ['istio-dual-stack', 'istio-sidecar'].map(
  (name) => new URL(`../../fixtures/${name}.rules`, import.meta.url).pathname,
) as [string, string];
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-bench-'));
const EMPTY_NODE: Job = { command: [process.execPath, '-e', '0'] };

const header = ['work', 'median (CPU)', 'yardstick', 'median (CPU)', 'ratio (CPU)', 'target', 'peak MB'];
const rows: string[][] = [];

function row(
  work: string,
  own: Job,
  against: { readonly name: string; readonly job: Job; readonly target: string; readonly runs: number },
): void {
  const { own: run, yardstick, ratio, cpuRatio } = comparePairs(own, against.job, against.runs);
  const ratios = `${ratio.toFixed(2)} x (${cpuRatio.toFixed(2)} x)`;
  keep([work, times(run), against.name, times(yardstick), ratios, against.target, run.peakMb.toFixed(0)]);
}

/** A run takes many minutes: each row is told when it is measured, and all of them in a table at the end. */
function keep(...measured: readonly string[][]): void {
  rows.push(...measured);
  for (const [work, median, , , ratio] of measured) console.error(`${work}: ${median}, ${ratio}`);
}

function times({ wall, cpu }: Run): string {
  return `${(wall * 1000).toFixed(0)} ms (${(cpu * 1000).toFixed(0)})`;
}

function node(...args: readonly string[]): Job {
  return { command: [process.execPath, MAIN, ...args] };
}

try {
  const hasLegacy = hasCommand('iptables-legacy-restore');
  for (const [rules, runs] of [
    [10_000, 7],
    [100_000, 3],
  ] as const) {
    const file = join(folder, `kube-${rules}.rules`);
    writeFileSync(file, kubeProxyNat(rules));
    const name = 'iptables-legacy-restore --test';
    const job = { command: ['iptables-legacy-restore', '--test'], stdin: file };
    if (hasLegacy) row(`parse and resolve ${rules} rules`, node('check', file), { name, job, target: '<= 1.5 x', runs });
    else console.log(`left out: parse and resolve ${rules} rules (no iptables-legacy-restore)`);
  }
  const bare = { name: 'node -e 0', job: EMPTY_NODE } as const;
  const [small, large, edited] = ['kube-10000', 'kube-100000', 'kube-edited'].map((name) => join(folder, `${name}.rules`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(edited, editedKubeProxyNat(10_000));
  row('diff of two kube-proxy tables of 10,000 rules', node('diff', small, edited), { ...bare, target: '<= 1 s', runs: 7 });
  const reading = { name: 'chainwalk check', job: node('check', large) };
  row('verify, kube-proxy 100,000 rules', node('verify', large), { ...reading, target: '<= 5 s, 400 MB', runs: 3 });
  const [few, many] = [writeFleet(folder, 10_000), writeFleet(folder, 100_000)];
  const fewer = { name: '10,000 dumps', job: node('verify', few, '-o', 'jsonl') };
  row('verify -o jsonl, 100,000 dumps of a fleet', node('verify', many, '-o', 'jsonl'), {
    ...fewer,
    target: '<= 10 x, 60 s, 1 GB',
    runs: 3,
  });
  const missing = whyNoKernel();
  for (const { work, own, against } of nftRows({ folder, node, hasNft: missing === undefined })) row(work, own, against);
  if (missing !== undefined) console.log(`left out: reading maps and sets of nftables beside nft (${missing})`);
  keep(...deadRulesRows());
  for (const cold of coldRows(ISTIO, SIDECAR)) row(cold.work, coldJob(DIST, cold), { ...bare, target: cold.target, runs: cold.runs });
  keep(...evaluateRows());
  const noPage = whyNoPage();
  if (noPage === undefined) keep(...(await pageRows(PAGE, folder)));
  else console.log(`left out: the page (${noPage})`);
  if (missing === undefined) keep(await batchRow());
  else console.log(`left out: batch trace beside the kernel (${missing})`);
} finally {
  rmSync(folder, { recursive: true });
}

const widths = header.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
for (const cells of [header, widths.map((width) => '-'.repeat(width)), ...rows]) {
  console.log(`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
}

function hasCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
