/** The picture of a trace that README shows: `docs/trace.svg`. */
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';
import { wordsOf } from './pages.ts';

export const PICTURE = {
  file: 'docs/trace.svg',
  command: 'trace fixtures/istio-sidecar.rules "out tcp -> 203.0.113.9:443" -o svg',
} as const;

export async function picture(): Promise<string> {
  const files = { 'fixtures/istio-sidecar.rules': readFixture('istio-sidecar').text };
  return (await chainwalk(wordsOf(PICTURE.command), { files })).out;
}
