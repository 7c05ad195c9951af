/** kubectl as it is called here: every argument by itself, no shell. */

import type { Complaint } from '../../lib/complaint.ts';
import { typedWord } from '../argv/typedOptions.ts';
import type { Executed, Io } from '../io/io.ts';
import type { Gate } from './atMost.ts';

export interface Cluster {
  readonly io: Io;
  /** `--namespace=shop`, `--context=...`, `--kubeconfig=...` */
  readonly connection: readonly string[];
  /** that one call may take; absent: as long as such calls take by far */
  readonly seconds?: number;
  /** absent: as many calls at once as there are */
  readonly gate?: Gate;
  /** answers that many pods share, by the words of the call */
  readonly kept?: Map<string, Promise<Executed>>;
}

const SECONDS = 60;
/** An image may have to be fetched first. */
const SECONDS_TO_START = 600;

export function kubectl({ io, connection, seconds, gate }: Cluster, args: readonly string[]): Promise<Executed> {
  const usual = args[0] === 'debug' ? SECONDS_TO_START : SECONDS;
  const call = () => io.execute('kubectl', [...connection, ...args], seconds ?? usual);
  return gate === undefined ? call() : gate(call);
}

/** The same call is made once, where answers are kept. */
export function keptAnswer(cluster: Cluster, args: readonly string[]): Promise<Executed> {
  const key = JSON.stringify([cluster.connection, args]);
  const kept = cluster.kept?.get(key);
  if (kept !== undefined) return kept;
  const answer = kubectl(cluster, args);
  cluster.kept?.set(key, answer);
  return answer;
}

/** The same cluster with objects of another namespace. */
export function inNamespace(cluster: Cluster, namespace: string): Cluster {
  const others = cluster.connection.filter((word) => !word.startsWith('--namespace='));
  return { ...cluster, connection: [`--namespace=${namespace}`, ...others] };
}

/** Undefined: that of the context. */
export function namespaceOf({ connection }: Pick<Cluster, 'connection'>): string | undefined {
  return connection.find((word) => word.startsWith('--namespace='))?.slice('--namespace='.length);
}

/** The call as a shell would take it. */
export function commandLine({ connection }: Pick<Cluster, 'connection'>, args: readonly string[]): string {
  return ['kubectl', ...connection, ...args].map(typedWord).join(' ');
}

/** `-n shop`, as people type it. */
export function typedConnection(connection: readonly string[]): readonly string[] {
  return connection.flatMap((word) => {
    const [name = '', ...value] = word.split('=');
    return [name === '--namespace' ? '-n' : name, value.join('=')];
  });
}

/** Without the lines of its log, when there is anything else. */
function wordsIn(err: string): string | undefined {
  const lines = err.split('\n').filter((line) => line.trim() !== '');
  const plain = lines.filter((line) => !/^[IWEF]\d{4} \d\d:|^Warning: /.test(line));
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
