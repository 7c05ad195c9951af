/** `npm run bench`: ratios to a yardstick in the same run, never absolute promises. Needs `npm run build`; rows without their yardstick are
 *  left out, and named. `-- --against REV`: beside the programs of another revision. `-- --growth`: beside the same work of other sizes.
 *  Words choose among the rows that run commands: those that contain one of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { whyNoKernel } from '../kernel/needs.ts';
import { batchRow, evaluateRows } from './batch.ts';
import { commandRows } from './commandRows.ts';
import { GROWTH_HEADER, growthRows } from './growth.ts';
import { comparePairs, type Run } from './measure.ts';
import type { BenchRow } from './nftRows.ts';
import { pageRows, whyNoPage } from './page.ts';
import { buildRevision, removeRevision } from './revision.ts';
import { deadRulesRows } from './structure.ts';

const DIST = new URL('../../dist', import.meta.url).pathname;
const HEADER = ['work', 'median (CPU)', 'yardstick', 'median (CPU)', 'ratio (CPU)', 'target', 'peak MB'];

const { values: asked, positionals: words } = parseArgs({
  options: { against: { type: 'string' }, growth: { type: 'boolean' } },
  allowPositionals: true,
});
const isChosen = ({ work }: { readonly work: string }): boolean => words.length === 0 || words.some((word) => work.includes(word));
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-bench-'));
const rows: (readonly string[])[] = [];

try {
  if (asked.growth === true) for (const cells of growthRows({ dist: DIST, folder, isChosen })) keep(cells);
  else {
    const missing = whyNoKernel();
    const commands = commandRows({ dist: DIST, folder, ...(missing !== undefined && { whyNoKernel: missing }) });
    for (const what of commands.leftOut) console.log(`left out: ${what}`);
    const chosen = commands.rows.filter(isChosen);
    if (asked.against !== undefined) compareWith(asked.against, chosen);
    else for (const one of chosen) keep(measuredRow(one));
    if (asked.against === undefined && words.length === 0) {
      for (const cells of [...deadRulesRows(), ...evaluateRows()]) keep(cells);
      const noPage = whyNoPage();
      if (noPage === undefined) for (const cells of await pageRows(`${DIST}/chainwalk.html`, folder)) keep(cells);
      else console.log(`left out: the page (${noPage})`);
      if (missing === undefined) keep(await batchRow());
      else console.log(`left out: batch trace beside the kernel (${missing})`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

const header = asked.growth === true ? GROWTH_HEADER : HEADER;
const widths = header.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
for (const cells of [header, widths.map((width) => '-'.repeat(width)), ...rows]) {
  console.log(`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
}

/** A run takes many minutes: each row is told when it is measured, and all of them in a table at the end. */
function keep(cells: readonly string[]): void {
  rows.push(cells);
  console.error(cells.filter((cell) => cell !== '').join(', '));
}

function measuredRow({ work, own, against }: BenchRow): readonly string[] {
  const { own: run, yardstick, ratio, cpuRatio } = comparePairs(own, against.job, against.runs);
  const ratios = `${ratio.toFixed(2)} x (${cpuRatio.toFixed(2)} x)`;
  return [work, times(run), against.name, times(yardstick), ratios, against.target, run.peakMb.toFixed(0)];
}

function times({ wall, cpu }: Run): string {
  return `${(wall * 1000).toFixed(0)} ms (${(cpu * 1000).toFixed(0)})`;
}

/** The same commands by both programs. A command that the other revision does not know is named, and left out. */
function compareWith(revision: string, all: readonly BenchRow[]): void {
  const checkout = join(folder, 'revision');
  try {
    const other = buildRevision(revision, checkout);
    for (const { work, own, against } of all) {
      const job = { ...own, command: own.command.map((word) => (word.startsWith(DIST) ? `${other}${word.slice(DIST.length)}` : word)) };
      try {
        keep(measuredRow({ work, own, against: { name: revision, job, target: '', runs: against.runs } }));
      } catch (error) {
        console.log(`left out: ${work} (${error instanceof Error ? error.message : String(error)})`);
      }
    }
  } finally {
    removeRevision(checkout);
  }
}
