/** Whether what the program prints is what its schema says, and has no key that the schema does not know. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

const FOLDER = new URL('../../schemas/output/', import.meta.url);
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with each JSON text in it; other texts have none. */
export function outputProblems(text: string): readonly string[] {
  return valuesIn(text).flatMap((value) => {
    const name = /^chainwalk\/([\w-]+)\/v1$/.exec(schemaOf(value))?.[1];
    if (name === undefined) return [];
    if (!NAMES.includes(name)) return [`there is no schema ${name}`];
    const validate = compiled.get(name) ?? validator(name);
    compiled.set(name, validate);
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message, params }) => `${name} ${instancePath}: ${message} ${JSON.stringify(params)}`);
  });
}

function schemaOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'schema' in value ? String(value.schema) : '';
}

/** One document, or one a line. */
function valuesIn(text: string): readonly unknown[] {
  if (!/^\s*\{\s*"schema"/.test(text)) return [];
  const whole = parsed(text);
  return whole === undefined ? text.split('\n').flatMap((line) => parsed(line) ?? []) : [whole];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function validator(name: string): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
  return new Ajv({ strict: false }).compile(closed(schema) as object);
}

/** An object has no other keys than the described ones. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in parts && parts.type === 'object' ? { ...parts, additionalProperties: false } : parts;
}
