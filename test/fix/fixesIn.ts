/** What `verify` finds in a text, with the fixes that it proves. */
import { readFileSync } from 'node:fs';
import { withFixes } from '../../src/app/fix/fixes.ts';
import { verifyRuleTexts } from '../../src/app/verify/verifyRules.ts';
import type { Verified, VerifyOptions } from '../../src/prove/judge/verifyRules.ts';
import type { ProvedFix } from '../../src/prove/proof/provedFix.ts';

export function fixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/${name}.rules`, import.meta.url), 'utf8');
}

export function verifiedText(text: string, options: VerifyOptions = {}): Verified {
  const { pods, diagnostics } = verifyRuleTexts({ rules: { sources: [{ file: 'pod.rules', text }], reading: {} }, options });
  const [pod] = pods;
  if (pod === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return pod;
}

/** In the order of the findings, each once. */
export function fixesIn(text: string, options: VerifyOptions = {}): readonly ProvedFix[] {
  const rules = { sources: [{ file: 'pod.rules', text }], reading: {} };
  const [pod] = withFixes([verifiedText(text, options)], { rules, options });
  return [...new Set([...(pod?.fixes?.values() ?? [])].flatMap(({ fix }) => fix ?? []))];
}

/** `pod-captured/4`, of level error. */
export function errorsIn({ findings }: Verified): readonly string[] {
  const open = findings.filter(({ verdict, level }) => verdict === 'violated' && level === 'error');
  return [...new Set(open.map(({ claim, family }) => `${claim}/${family}`))];
}
