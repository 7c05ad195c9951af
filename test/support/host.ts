import type { Host } from '../../src/host/host.ts';
import { readHost } from '../../src/host/readHost.ts';

/** A host from its description; a test that describes a wrong one fails. */
export function hostOf(description: unknown): Host {
  const { host, problems } = readHost(description);
  if (host === undefined) throw new Error(problems.join('; '));
  return host;
}
