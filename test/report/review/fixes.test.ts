/** A proved fix in the formats of machines and reviewers: applied as they say, it gives the text that was proved. */
import { expect, it } from 'vitest';
import type { SarifFix } from '../../../src/report/sarif/types.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { fixesIn, fixtureText } from '../../fix/fixesIn.ts';

const NAMES = ['broken/catch-all-first', 'broken/service-cidr-returned', 'broken/accept-first'];

/** Lines, 1-based, from `start` to before `end`, become `inserted`. */
function replaced(text: string, parts: readonly { start: number; end: number; inserted: string }[]): string {
  const lines = text.split(/(?<=\n)/);
  return parts
    .toReversed()
    .reduce((all, { start, end, inserted }) => all.toSpliced(start - 1, end - start, inserted), lines)
    .join('');
}

it.each(NAMES)('%s', async (name) => {
  const text = fixtureText(name);
  const [proved] = fixesIn(text);
  const outputs = 'json,sarif=pod.sarif,markdown=pod.md';
  const { out, written } = await chainwalk(['verify', 'pod.rules', '-o', outputs], { files: { 'pod.rules': text } });
  const sarif = JSON.parse(written['pod.sarif'] ?? '') as { runs: { results: { fixes?: SarifFix[] }[] }[] };
  const [fix] = sarif.runs.flatMap(({ results }) => results.flatMap(({ fixes = [] }) => fixes));
  const parts = fix?.artifactChanges[0]?.replacements.map(({ deletedRegion: { startLine, endLine = startLine }, insertedContent }) => ({
    start: startLine,
    end: endLine,
    inserted: insertedContent?.text ?? '',
  }));
  expect(replaced(text, parts ?? [])).toBe(proved?.text);

  const [, from, to = from, suggestion] =
    /Instead of lines? (\d+)(?: to (\d+))?:\n\n```suggestion\n([^`]*)```/.exec(written['pod.md'] ?? '') ?? [];
  expect(replaced(text, [{ start: Number(from), end: Number(to) + 1, inserted: suggestion ?? '' }])).toBe(proved?.text);

  const json = JSON.parse(out) as { findings: { fix?: { mends: string[]; open: string[]; diff: string } }[] };
  const own = json.findings.flatMap((one) => one.fix ?? []);
  expect(own.length).toBeGreaterThan(0);
  expect(own[0]).toMatchObject({ open: [], diff: expect.stringMatching(/^--- pod\.rules\n\+\+\+ pod\.rules\n@@/) });
});
