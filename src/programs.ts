/** The programs without a process: what is bundled. */
export { nodeIo } from './cli/io.ts';
export { runPlugin } from './cli/kubectl/runPlugin.ts';
export { run } from './cli/run.ts';
