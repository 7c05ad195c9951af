/** The one place through which text leaves for a terminal or a log: nothing in it is obeyed by either but what is ours.
 *  In a workflow of GitHub the runner reads every line for commands (`::error::`, `##[`): reports stand where it reads none. */
import { printableLines } from '../../lib/printable.ts';
import type { Io, Sink, What } from '../io/io.ts';

const guarded = new WeakSet<Sink>();
const COMMAND = /^\s*::|##\[/m;

export interface Guarded {
  readonly io: Io;
  /** at the end of all that is written */
  readonly end: () => Promise<void>;
}

/** A second guard around the first does nothing. */
export function guard(io: Io, token: () => string = randomToken): Guarded {
  if (guarded.has(io.out)) return { io, end: async () => {} };
  const runner = io.env.GITHUB_ACTIONS === 'true' ? new Silence(token()) : undefined;
  const over = (sink: Sink, usual: What): Sink => {
    const write = async (text: string, what: What = usual) => {
      if (text === '') return;
      // data and rules are left as they are where the runner takes nothing for a command
      const kind = runner !== undefined && what !== 'commands' && COMMAND.test(text) ? 'report' : what;
      const before = runner?.before(kind, sink) ?? '';
      await sink.write(before + shown(text, kind, sink));
    };
    const wrapped = { ...sink, write };
    guarded.add(wrapped);
    return wrapped;
  };
  return {
    io: { ...io, out: over(io.out, 'data'), err: over(io.err, 'report') },
    end: async () => runner?.last(),
  };
}

function shown(text: string, what: What, { isTerminal }: Sink): string {
  return what === 'exact' && !isTerminal ? text : printableLines(text);
}

/** Between `::stop-commands::TOKEN` and `::TOKEN::` the runner reads no command. Each stream says so for itself: one may go to a file. */
class Silence {
  readonly #token: string;
  readonly #streams = new Set<Sink>();

  constructor(token: string) {
    this.#token = token;
  }

  /** What has to come before a text. Data goes to programs and holds no command. */
  before(what: What, sink: Sink): string {
    if (what === 'commands' && this.#streams.size > 0) {
      this.#streams.clear();
      return `::${this.#token}::\n`;
    }
    if (what !== 'report' || this.#streams.has(sink)) return '';
    this.#streams.add(sink);
    return `::stop-commands::${this.#token}\n`;
  }

  async last(): Promise<void> {
    for (const sink of this.#streams) await sink.write(`::${this.#token}::\n`);
    this.#streams.clear();
  }
}

/** Not known before the pause ends. */
function randomToken(): string {
  return crypto.randomUUID();
}
