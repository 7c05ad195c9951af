/** Settings as they are given: each with its place. */
import type { Diagnostic, DiagnosticKind } from '../../syntax/text/diagnostic.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { ENV_SETTINGS, FLAGS, type Flag, LOG_FLAGS } from './flags.ts';

export interface SourceLocation {
  readonly source: Source;
  readonly span: Span;
}

export interface RawSetting {
  /** `flag`: name of a flag; `env`: name of an environment variable */
  readonly by: 'flag' | 'env';
  readonly name: string;
  readonly value: string;
  readonly place: SourceLocation;
}

export interface SettingRemark {
  readonly kind?: DiagnosticKind;
  readonly message: string;
  readonly help?: string;
}

/** An error unless the remark has another kind. */
export function remark({ source, span }: SourceLocation, { kind = 'malformed', ...rest }: SettingRemark): Diagnostic {
  return { kind, ...rest, source, span };
}

const ALL: readonly Flag[] = [...FLAGS, ...LOG_FLAGS];

/** By its long name, or by its letter. */
export function findFlag(name: string): Flag | undefined {
  return ALL.find((flag) => flag.name === name || flag.short === name);
}

/** A flag, or a variable that stands for one. */
export function isSettingName(name: string): boolean {
  return findFlag(name) !== undefined || isKnownVariable(name);
}

/** Whether a variable means anything to istio-iptables. */
export function isKnownVariable(name: string): boolean {
  return ENV_SETTINGS.some((known) => known.name === name) || ALL.some(({ env }) => env.includes(name));
}
