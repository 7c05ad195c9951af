/** Values of JSON, looked at safely: what a program printed may be anything. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonMember(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}

/** Text and numbers as words; empty: something else. */
export function jsonWord(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** One or several. */
export function jsonList(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as Json];
}

/** The only key of an object, and what it holds. */
export function onlyMember(value: Json | undefined): readonly [string, Json] | undefined {
  if (!isJsonObject(value)) return undefined;
  const [first] = Object.entries(value);
  return first === undefined || first[1] === undefined ? undefined : [first[0], first[1]];
}
