/** Dumps of one fleet: ten times as many take at most ten times as long. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';

/** Each with counters and a date of its own. */
export function writeFleet(folder: string, count: number): string {
  const fleet = join(folder, `fleet-${count}`);
  mkdirSync(fleet);
  const { text } = readFixture('istio-sidecar');
  for (let at = 0; at < count; at++)
    writeFileSync(
      join(fleet, `pod-${String(at).padStart(6, '0')}.rules`),
      laterDump(text, at).replaceAll(' 2026', ` ${2000 + (at % 1000)}`),
    );
  return fleet;
}
