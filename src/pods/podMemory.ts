/** What many pods have in common, made once: beside what makes it, which comparisons of rules alone do not load. */
import type { Host } from '../host/host.ts';
import type { ReadRules } from '../ruleset/readRules.ts';

export interface PodMemory {
  readonly rules: Map<string, Numbered<ReadRules>>;
  readonly hosts: Map<string, Numbered<Host>>;
}

export interface Numbered<T> {
  readonly id: number;
  readonly value: T;
}

export function emptyMemory(): PodMemory {
  return { rules: new Map(), hosts: new Map() };
}
