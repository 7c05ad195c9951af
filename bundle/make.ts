/** `npm run bundle`: the programs in parts, each loaded when a command first needs it, and the kernel oracle's files beside them. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oracleFiles } from './oracleFiles.ts';
import { filesOf, makeParts } from './parts.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const folder = pathOf('dist/programs');
const made = await makeParts(pathOf('.'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const { file, code } of filesOf(made)) writeFileSync(join(folder, file), code);

const [oracle, shipped] = [pathOf('src/kernel/oracle'), pathOf('dist/kernel/oracle')];
rmSync(shipped, { recursive: true, force: true });
mkdirSync(shipped, { recursive: true });
for (const file of oracleFiles(oracle)) copyFileSync(join(oracle, file), join(shipped, file));

for (const program of ['main', 'kubectl-chainwalk', 'kubectl-complete']) chmodSync(pathOf(`dist/${program}.js`), 0o755);
