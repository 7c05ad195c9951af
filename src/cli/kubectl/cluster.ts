/** kubectl as it is called here: every argument by itself, no shell. */

import type { Complaint } from '../../lib/complaint.ts';
import type { Executed, Io } from '../io/io.ts';

export interface Cluster {
  readonly io: Io;
  /** `--namespace=shop`, `--context=...`, `--kubeconfig=...` */
  readonly connection: readonly string[];
  /** that one call may take; absent: as long as such calls take by far */
  readonly seconds?: number;
}

const SECONDS = 60;
/** An image may have to be fetched first. */
const SECONDS_TO_START = 600;

export function kubectl({ io, connection, seconds }: Cluster, args: readonly string[]): Promise<Executed> {
  return io.execute('kubectl', [...connection, ...args], seconds ?? (args[0] === 'debug' ? SECONDS_TO_START : SECONDS));
}

/** The call as a shell would take it. */
export function commandLine({ connection }: Pick<Cluster, 'connection'>, args: readonly string[]): string {
  return ['kubectl', ...connection, ...args].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Without the lines of its log, when there is anything else. */
function wordsIn(err: string): string | undefined {
  const lines = err.split('\n').filter((line) => line.trim() !== '');
  const plain = lines.filter((line) => !/^[IWEF]\d{4} \d\d:/.test(line));
  return plain.length > 0 ? plain.join('\n') : lines.length > 0 ? lines.join('\n') : undefined;
}

/** kubectl's own words about a call that failed. */
export function failure(what: string, answer: Executed): Complaint {
  if ('problem' in answer && answer.late) {
    return {
      message: `${what}: ${answer.problem}`,
      help: '--kubectl-timeout gives each call of kubectl more time; `kubectl get pods` shows whether the cluster answers',
    };
  }
  if ('problem' in answer) {
    return {
      message: `kubectl cannot be run: ${answer.problem}`,
      help: 'install kubectl, or save the rules where they are and give chainwalk the file: `chainwalk verify pod.rules`',
    };
  }
  const said = wordsIn(answer.err) ?? `exit code ${answer.code}`;
  return {
    message: `${what}: ${said}`,
    help: /\(NotFound\)/.test(said) ? '-n names the namespace; `kubectl get pods -A` lists all pods' : undefined,
  };
}
