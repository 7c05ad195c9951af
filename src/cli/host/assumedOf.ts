/** `chainwalk host RULES`: the host that is assumed around rules, to be corrected and given to --host. */
import { assumedDescription } from '../../connection/setting.ts';
import type { HostDescription } from '../../host/hostDescription.ts';
import { interfacesInRules } from '../../ruleset/interfacesInRules.ts';
import { signOfOtherHost } from '../../ruleset/notPod.ts';
import { readRules } from '../../ruleset/readRules.ts';
import { isPrintedHost } from '../../syntax/host/hostDocument.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';

export interface AssumedDescription {
  readonly description: HostDescription;
  /** why, line by line */
  readonly remarks: readonly string[];
}

/** Undefined: the texts are not rules alone. */
export function assumedOf(sources: readonly Source[]): AssumedDescription | undefined {
  if (sources.length === 0 || sources.some((source) => !/^[ \t]*(?:\*[a-z]+[ \t]*$|.*\bip6?tables\b.*[ \t]-)/m.test(source.text)))
    return undefined;
  if (sources.some(isPrintedHost)) return undefined;
  const read = sources.map((source) => readRules(source));
  const rulesets = read.flatMap((one) => one.rulesets);
  if (rulesets.length === 0 || read.some(({ diagnostics }) => diagnostics.some(isError))) return undefined;
  const sign = signOfOtherHost(rulesets);
  const remarks = [
    `Assumed around these rules: ${sign === undefined ? 'a pod' : `a router, since ${sign} is not a pod's`}. Correct it, and give it to --host.`,
    ...(sign === undefined ? [] : interfacesInRules(rulesets).map(({ name, rule }) => `${name}: ${rule}`)),
  ];
  return { description: assumedDescription(rulesets), remarks };
}
