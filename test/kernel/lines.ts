/** `npm run test:lines -- --lines N --seed S`: random rule lines through chainwalk and both backends of the real iptables. The last line counts. */
import { parseArgs } from 'node:util';
import { type Comparison, compareLines, type Difference } from './lines/compareLines.ts';
import { coverage } from './lines/coverage.ts';
import { randomLines } from './lines/randomLines.ts';
import { whyNoKernel } from './needs.ts';

/** Lines that are asked about in one namespace. */
const BATCH = 5000;

const { values } = parseArgs({ options: { lines: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } });
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const lines = randomLines(Number(values.lines), Number(values.seed));
const results: Comparison[] = [];
for (let from = 0; from < lines.length; from += BATCH) results.push(...compareLines(lines.slice(from, from + BATCH)));
for (const { line, backend, ours, theirs, limit } of results.flatMap(({ differences }) => differences)) {
  if (limit !== undefined) continue;
  console.log(`IPv${line.family} ${line.table} ${backend}: ${line.text}\n  chainwalk ${shown(ours)}\n  iptables  ${shown(theirs)}`);
}
console.log(coverage(results).join('\n'));
process.exitCode = results.every(({ differences }) => differences.every(({ limit }) => limit !== undefined)) ? 0 : 1;

function shown(saved: Difference['ours']): string {
  return saved === undefined ? 'refused' : saved.join('\n            ');
}
