/** The kernel oracle of the program (src/kernel/oracle), started by the tests. */
import { fileURLToPath } from 'node:url';
import { startOracle } from '../../src/cli/io/dialogue.ts';
import { converseWithOracle, type Oracle } from '../../src/kernel/asked/oracle.ts';
import type { Backend } from '../../src/syntax/text/diagnostic.ts';

export type { KernelRow, Oracle, OracleAnswer } from '../../src/kernel/asked/oracle.ts';
export type { Backend } from '../../src/syntax/text/diagnostic.ts';

/** The folder with its Python files. */
export const ORACLE = fileURLToPath(new URL('../../src/kernel/oracle/', import.meta.url));

export function openOracle(backend: Backend): Oracle {
  return converseWithOracle(startOracle(ORACLE), backend);
}
