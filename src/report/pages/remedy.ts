/** What to do about a claim that does not hold. */
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import { PAGES } from './pages.ts';

/** For what somebody wrote: without it the claim holds, which was tried. Undefined: it was not. */
export function remedyByCause(causes: SettingCauses | undefined): string | undefined {
  if (causes?.enough === undefined) return undefined;
  if (causes.settings.every(({ missing }) => missing)) return 'Give it: with it this holds.';
  if (causes.settings.length === 1) return 'Take it back, or say there what is meant: without it this holds.';
  return causes.enough === 'one'
    ? 'Take one of these back: without any one of them this holds.'
    : 'Take these back, all of them: only then this holds.';
}

/** `profile`: name of the mesh, for one that has a switch of its own. */
export function remedyOf(claim: string, profile?: string): string | undefined {
  const page = PAGES.find(({ id }) => id === claim);
  return page?.todoWith?.[profile ?? ''] ?? page?.todo;
}
