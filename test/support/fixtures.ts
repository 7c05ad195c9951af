/** The files below fixtures/, with the host that each names in its header. */
import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../fixtures/', import.meta.url);

export interface FixtureFile {
  /** `istio-sidecar`, `broken/no-uid-return` */
  readonly name: string;
  readonly text: string;
  /** parsed JSON of the host description */
  readonly host: unknown;
}

/** All captured rulesets, the broken ones included. */
export function fixtureNames(): readonly string[] {
  const rules = (folder: string): readonly string[] =>
    readdirSync(new URL(folder, ROOT))
      .filter((file) => file.endsWith('.rules'))
      .map((file) => `${folder}${file.replace('.rules', '')}`);
  return [...rules(''), ...rules('broken/')];
}

export function readFixture(name: string): FixtureFile {
  const text = readFileSync(new URL(`${name}.rules`, ROOT), 'utf8');
  const host = /host: (?:\.\.\/)?(hosts\/\S+\.json)/.exec(text)?.[1];
  if (host === undefined) throw new Error(`${name}.rules does not name its host`);
  return { name, text, host: JSON.parse(readFileSync(new URL(host, ROOT), 'utf8')) as unknown };
}
