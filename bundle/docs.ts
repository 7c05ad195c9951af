/** `npm run docs`: docs/claims.md, the pages of `explain` that findings link to, one heading for each id; and schemas/*.json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { claimsDocument } from '../src/report/markdown/claimsDocument.ts';
import { OUTPUT_NAMES, outputSchemaOf } from './outputSchemas.ts';
import { SCHEMA_NAMES, schemaOf } from './schemas.ts';

const place = (name: string): URL => new URL(`../${name}`, import.meta.url);

writeFileSync(place('docs/claims.md'), claimsDocument());
mkdirSync(place('schemas/output'), { recursive: true });
for (const name of SCHEMA_NAMES) writeFileSync(place(`schemas/${name}.json`), `${JSON.stringify(schemaOf(name), undefined, 2)}\n`);
for (const name of OUTPUT_NAMES)
  writeFileSync(place(`schemas/output/${name}.json`), `${JSON.stringify(outputSchemaOf(name), undefined, 2)}\n`);
