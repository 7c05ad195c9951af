/** The programs without a process: what is bundled. */
export { nodeIo } from './cli/io/io.ts';
export { runCompletion } from './cli/kubectl/runCompletion.ts';
export { runPlugin } from './cli/kubectl/runPlugin.ts';
export { run } from './cli/program/run.ts';
