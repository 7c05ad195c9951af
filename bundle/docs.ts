/** `npm run docs`: docs/claims.md, the pages of `explain` that findings link to: one heading for each id. */
import { writeFileSync } from 'node:fs';
import { claimsDocument } from '../src/report/markdown/claimsDocument.ts';

writeFileSync(new URL('../docs/claims.md', import.meta.url), claimsDocument());
