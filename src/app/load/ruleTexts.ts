/** Texts of rules, and what is said of them, to rulesets. */
import { type Host, hostNames } from '../../host/host.ts';
import type { Family } from '../../packet/address.ts';
import { type ReadRules, readRules } from '../../ruleset/readRules.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { onSameHost } from '../../ruleset/sameHost.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { SettingReading } from './settingTexts.ts';

/** How rules are read, whatever their file. */
export interface RuleReading
  extends Pick<NonNullable<Parameters<typeof readRules>[1]>, 'variables' | 'family' | 'allowEmpty' | 'pod' | 'table' | 'applied'> {
  /** further texts of the same host: what the other backend of iptables or nftables has there */
  readonly beside?: readonly Source[];
}

export interface RuleTexts {
  readonly sources: readonly Source[];
  readonly reading: RuleReading;
  /** what is wrong with settings that texts were rendered from */
  readonly about?: readonly Diagnostic[];
  /** how they were rendered */
  readonly settings?: SettingReading;
}

/** `host`: of which ipsets and device groups are known; absent: of none. */
export function readRuleTexts(
  { sources, reading: { beside = [], ...reading }, about = [] }: RuleTexts,
  host?: Host,
  read: typeof readRules = readRules,
): ReadRules {
  if (about.some(isError)) return { rulesets: [], diagnostics: about };
  const options = { ...reading, ...(host !== undefined && hostNames(host)) };
  const { applied: _, ...alone } = options;
  const others = beside.map((source) => ({ source, ...read(source, alone) }));
  const rulesets: Ruleset[] = [];
  const diagnostics: Diagnostic[] = [...about];
  const known = new Map<string, { readonly source: Source; readonly read: ReadRules }>();
  for (const source of sources) {
    const before = known.get(source.text);
    const own = (before && readAgain(before, source)) ?? read(source, options);
    if (before === undefined) known.set(source.text, { source, read: own });
    const whole = others.length === 0 ? own : onSameHost({ source: own.rulesets[0]?.source ?? source, ...own }, others);
    rulesets.push(...whole.rulesets);
    diagnostics.push(...whole.diagnostics);
  }
  return { rulesets, diagnostics };
}

/** An equal text that was read: the same in the other file, or undefined where more than its name is in what was read. */
export function readAgain(
  { source: first, read }: { readonly source: Source; readonly read: ReadRules },
  source: Source,
): ReadRules | undefined {
  const { rulesets, diagnostics } = read;
  const isPlain = rulesets.every(
    (one) => one.source === first && one.around === undefined && one.beside === undefined && one.backends === undefined,
  );
  if (
    !isPlain ||
    first.origin !== undefined ||
    source.origin !== undefined ||
    diagnostics.some((one) => one.source !== first || names(first.file, one))
  )
    return undefined;
  return { rulesets: rulesets.map((one) => ({ ...one, source })), diagnostics: diagnostics.map((one) => ({ ...one, source })) };
}

function names(file: string, { message, help }: Diagnostic): boolean {
  return message.includes(file) || help?.includes(file) === true;
}

/** Where only one family is checked, a text that does not show its family is of that one. */
export function readingFor(reading: RuleReading, families: readonly Family[] | undefined): RuleReading {
  const [family] = families?.length === 1 ? families : [];
  return { ...reading, ...(family !== undefined && { family }) };
}
