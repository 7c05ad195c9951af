/** What to do about a claim that does not hold. */

import { isBudgetReason } from '../../lib/budget.ts';
import { profileNamed } from '../../mesh/allProfiles.ts';
import { isTable } from '../../netfilter/hooks.ts';
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import { REMEDIES } from '../generated/remedies.ts';
import { nftWords } from './nftWords.ts';
import { type RemedyQuestion, remedyByRules } from './remedyByRules.ts';
import { REMEDIES_IN_MESH } from './remedyInMesh.ts';

/** For a setting: without it the claim holds, which was tried. Undefined: it was not. */
export function remedyByCause(causes: SettingCauses | undefined): string | undefined {
  if (causes?.enough === undefined) return undefined;
  if (causes.settings.every(({ missing }) => missing)) return 'Give it: with it this holds.';
  if (causes.settings.length === 1) return 'Take it back, or say there what is meant: without it this holds.';
  return causes.enough === 'one'
    ? 'Take one of these back: without any one of them this holds.'
    : 'Take these back, all of them: only then this holds.';
}

/** The best that is known: by the setting, by the rules, by the mesh. */
export function remedyOfFinding(question: RemedyQuestion, causes: SettingCauses | undefined): string | undefined {
  const { claim, page, verdict, reason } = question.finding;
  if (verdict === 'undecided' && claim === 'backend-parity' && page === undefined) return isBudgetReason(reason) ? MORE_TIME : IN_KERNEL;
  // neither DNS capture nor guests are given up for the other's sake
  const own = page === undefined ? undefined : REMEDIES[page];
  const known = own ?? (claim === 'guest-dns-captured' ? undefined : (remedyByCause(causes) ?? remedyByRules(question)));
  const advice = known ?? remedyOf(claim, question.profile);
  return advice !== undefined && isOfNft(question) ? nftWords(advice) : advice;
}

const MORE_TIME = 'Give it more time (--timeout), or fewer packets (--where).';
/** What is not modelled the kernel knows. */
const IN_KERNEL =
  'Ask the kernel about a packet of these: `chainwalk trace --on-kernel` with the rules of either backend; or say with other options what the reason names.';

/** The rules to blame are in tables of nftables; where there are none, all tables are. */
function isOfNft({ finding: { blame }, ruleset }: RemedyQuestion): boolean {
  const tables = blame.length > 0 ? blame.map(({ table }) => table) : [...(ruleset?.tables.keys() ?? [])];
  return tables.length > 0 && !tables.some(isTable);
}

/** `profile`: name of the mesh, whose chains and options are named then; another mesh's never are. */
export function remedyOf(claim: string, profile?: string): string | undefined {
  const mesh = profile === undefined ? undefined : profileNamed(profile);
  return (mesh === undefined ? undefined : REMEDIES_IN_MESH[claim]?.(mesh)) ?? REMEDIES[claim];
}
