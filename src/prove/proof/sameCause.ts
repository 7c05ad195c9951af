/** Findings of which the same rules are to blame have one cause. */
import type { Finding } from './finding.ts';

/** Equal for findings of one cause; a finding of its own where nothing shows what decides. */
export function causeKey(finding: Finding): unknown {
  const { family, blame, verdict, witness } = finding;
  if (blame.length === 0 || verdict === 'undecided' || witness === undefined) return finding;
  return JSON.stringify([family, blame.map(({ table, chain, number }) => [table, chain, number])]);
}
