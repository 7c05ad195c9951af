/** `npm run krew -- chainwalk-VERSION.tgz`: the manifest with the version of package.json and the checksum of what `npm pack` made. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const MANIFEST = new URL('chainwalk.yaml', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const [archive] = process.argv.slice(2);
const sum = archive === undefined ? '0'.repeat(64) : createHash('sha256').update(readFileSync(archive)).digest('hex');
const text = readFileSync(MANIFEST, 'utf8')
  .replace(/^( {2}version: v).*$/m, `$1${version}`)
  .replace(/(store\/chainwalk\/v)[^/]+/, `$1${version}`)
  .replace(/(?<=\/-\/)chainwalk-[^/]+\.tgz$/m, `chainwalk-${version}.tgz`)
  .replace(/sha256: '[0-9a-f]{64}'/, `sha256: '${sum}'`);
writeFileSync(MANIFEST, text);
