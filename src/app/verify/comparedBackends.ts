/** Settings by Istio's other backend, for the claim that compares the two. */
import { isOfNftables } from '../../pods/backendDifferences.ts';
import { judgeBackends, type OtherBackend } from '../../pods/backendParity.ts';
import { backendParity } from '../../prove/claims/backendParity.ts';
import type { VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { readSettingText, type SettingReading } from '../load/settingTexts.ts';

export function comparedBackends(reading: SettingReading, options: VerifyOptions): VerifyOptions['compared'] {
  return (claim, context) => {
    const { origin } = context.ruleset.source;
    if (claim !== backendParity.id || origin === undefined) return undefined;
    return judgeBackends(context, other(origin, { ...reading, native: !isOfNftables([context.ruleset]) }), options);
  };
}

function other(settings: Source, reading: SettingReading & { readonly native: boolean }): OtherBackend {
  const { rulesets, diagnostics } = readSettingText(settings, reading);
  const errors = diagnostics.filter(isError).map(({ message }) => message);
  return { native: reading.native, rulesets, ...(errors.length > 0 && { refused: [...new Set(errors)].join('; ') }) };
}
