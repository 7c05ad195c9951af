/** A process of chainwalk, from the version of Node to the exit code. Any Node that knows modules must be able to read this file and what
 *  it imports at once: an old one is told which is needed. So no `await` outside functions, no `?.` or `??`, and no import but a later one.
 *  Whatever goes wrong here never ends in 1, which means findings. */
import type { Programs } from './load.ts';

type Program = (programs: Programs) => Programs['run'] | Programs['runPlugin'] | Programs['runCompletion'];

/** As `engines` of package.json says. */
const NEEDED = [20, 19] as const;

export function start(program: Program): void {
  if (isTooOld(process.versions.node)) {
    give({ says: `needs Node ${NEEDED.join('.')} or later, this is ${process.versions.node}`, code: 2 });
    return;
  }
  process.on('uncaughtException', (error: unknown) => {
    give({ says: `this is a bug in chainwalk, not in your input: please report it with the text below\n  ${stackOf(error)}`, code: 3 });
    process.exit();
  });
  let running = false;
  import('./load.ts')
    .then(({ loadPrograms }) => loadPrograms(process.env))
    .then(({ programs, version, oracle, page, program: file }) => {
      const cwd = folder();
      if (cwd === undefined) return give({ says: 'the working folder does not exist any more: change to another one', code: 2 });
      const { stdout, stderr, env } = process;
      const io = programs.nodeIo({
        get stdin() {
          return process.stdin;
        },
        stdout,
        stderr,
        env,
        cwd,
        oracle: { platform: process.platform, folder: oracle },
        page,
        program: file,
      });
      running = true;
      return program(programs)({ argv: process.argv.slice(2), version }, io).then((code) => {
        process.exitCode = code;
      });
    })
    .catch((error: unknown) => {
      if (running) throw error;
      give({ says: `cannot start, its installation is damaged: ${messageOf(error)}\n  help: install the package again`, code: 2 });
    });
}

function isTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === undefined || minor === undefined || major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]);
}

function give({ says, code }: { readonly says: string; readonly code: number }): void {
  process.stderr.write(`chainwalk: ${says}\n`);
  process.exitCode = code;
}

/** Where paths start from. */
function folder(): string | undefined {
  try {
    return process.cwd();
  } catch (_error) {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? String(error.message).split('\n')[0] || error.name : String(error);
}

function stackOf(error: unknown): string {
  return String((error instanceof Error && error.stack) || error).replace(/\n/g, '\n  ');
}
