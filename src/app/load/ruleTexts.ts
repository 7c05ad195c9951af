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
export function readRuleTexts({ sources, reading: { beside = [], ...reading }, about = [] }: RuleTexts, host?: Host): ReadRules {
  if (about.some(isError)) return { rulesets: [], diagnostics: about };
  const options = { ...reading, ...(host !== undefined && hostNames(host)) };
  const { applied: _, ...alone } = options;
  const others = beside.map((source) => ({ source, ...readRules(source, alone) }));
  const rulesets: Ruleset[] = [];
  const diagnostics: Diagnostic[] = [...about];
  for (const source of sources) {
    const own = readRules(source, options);
    const read = others.length === 0 ? own : onSameHost({ source: own.rulesets[0]?.source ?? source, ...own }, others);
    rulesets.push(...read.rulesets);
    diagnostics.push(...read.diagnostics);
  }
  return { rulesets, diagnostics };
}

/** Where only one family is checked, a text that does not show its family is of that one. */
export function readingFor(reading: RuleReading, families: readonly Family[] | undefined): RuleReading {
  const [family] = families?.length === 1 ? families : [];
  return { ...reading, ...(family !== undefined && { family }) };
}
