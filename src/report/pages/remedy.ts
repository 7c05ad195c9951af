/** What to do about a claim that does not hold. */
import { PAGES } from './pages.ts';

/** `profile`: name of the mesh, for one that has a switch of its own. */
export function remedyOf(claim: string, profile?: string): string | undefined {
  const page = PAGES.find(({ id }) => id === claim);
  return page?.todoWith?.[profile ?? ''] ?? page?.todo;
}
