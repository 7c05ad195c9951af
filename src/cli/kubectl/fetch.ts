/** The answers of a pod: by `kubectl exec`, or by an ephemeral container where the pod's own cannot tell. */

import type { Complaint } from '../../lib/complaint.ts';
import type { Executed } from '../io/io.ts';
import { type Cluster, commandLine, failure, kubectl } from './cluster.ts';
import type { LivePod } from './pod.ts';
import { type Answers, answersIn, FIRST, type PodCommand, QUESTIONS, questionText, SCRIPT } from './questions.ts';

export interface AskedContainer {
  readonly name: string;
  readonly pod: LivePod;
  readonly container: string;
  /** absent: nothing is added to the pod */
  readonly debug: Debug | undefined;
  /** the command of the user with another image */
  readonly again: (image: string) => string;
}

export interface Debug {
  readonly image: string;
  readonly profile: string;
}

export interface Fetched {
  readonly answers: Answers;
  /** where they come from */
  readonly from: string;
}

export async function fetchAnswers(cluster: Cluster, asked: AskedContainer): Promise<Fetched | Complaint> {
  const { name, container, debug } = asked;
  const first = await kubectl(cluster, execArgs(asked, FIRST));
  const told = outputOf(first);
  if (told !== undefined) {
    const answers = await askAll(cluster, asked, told);
    return 'message' in answers ? answers : { answers, from: `container ${container}` };
  }
  const cannot = 'code' in first ? reasonIn(first.err) : undefined;
  if (cannot === undefined) return failure(`kubectl exec in container ${container} of ${name}`, first);
  if (debug !== undefined) return fetchByDebug(cluster, asked, debug);
  const { image, says } = asked.pod.debugImage;
  const others = asked.pod.containers.filter((other) => other !== container);
  const orElse = others.length === 0 ? '' : `. Or -c ${others.join(', ')}`;
  return {
    message: `container ${container} of ${name} ${cannot}`,
    help: `\`${asked.again(image)}\` adds an ephemeral container (${says}), which stays until the pod ends${orElse}`,
  };
}

/** Why a container cannot tell its rules, from what the runtime or iptables say. */
function reasonIn(err: string): string | undefined {
  if (/executable file not found|no such file or directory|exit code (?:126|127)\b/i.test(err)) return 'has no iptables-save';
  if (/permission denied|must be root|operation not permitted/i.test(err)) return 'is not allowed to read the rules';
  if (/container not found|completed pod/i.test(err)) return 'is not running';
  return undefined;
}

/** A program that is not there tells nothing; one that does not answer may have rules to tell. */
async function askAll(cluster: Cluster, asked: AskedContainer, first: string): Promise<Answers | Complaint> {
  const rest = QUESTIONS.filter(([question]) => question !== FIRST);
  const answers = (await Promise.all(rest.map((questions) => askUntilOne(cluster, asked, questions)))).flat();
  const late = answers.find(({ answer }) => 'late' in answer);
  if (late !== undefined) return failure(`kubectl exec ${late.words} in container ${asked.container} of ${asked.name}`, late.answer);
  const told = answers.flatMap(({ words, answer }) => {
    const output = outputOf(answer);
    return output === undefined ? [] : [[words, output] as const];
  });
  return new Map([[questionText(FIRST), first], ...told]);
}

interface Asking {
  readonly words: string;
  readonly answer: Executed;
}

/** Programs that tell the same: the next is asked only where one is not there, or fails. */
async function askUntilOne(cluster: Cluster, asked: AskedContainer, questions: readonly PodCommand[]): Promise<readonly Asking[]> {
  const answers: Asking[] = [];
  for (const question of questions) {
    const answer = await kubectl(cluster, execArgs(asked, question));
    answers.push({ words: questionText(question), answer });
    if (outputOf(answer) !== undefined || 'late' in answer) break;
  }
  return answers;
}

/** An attached container may have ended before it is listened to; its log has everything. */
async function fetchByDebug(cluster: Cluster, asked: AskedContainer, debug: Debug): Promise<Fetched | Complaint> {
  const container = freeName(asked.pod);
  const from = `the ephemeral container ${container}, which stays until the pod ends`;
  const logs = ['logs', asked.name, `--container=${container}`];
  for (const args of [debugArgs(asked.name, container, debug), logs]) {
    const answer = await kubectl(cluster, args);
    const output = outputOf(answer);
    if (output === undefined) return failure(`kubectl ${args[0]} of ${asked.name}`, answer);
    const answers = answersIn(output);
    if (answers !== undefined) return { answers, from };
  }
  return {
    message: `the ephemeral container ${container} has not answered`,
    help: `the image needs sh and iptables; its log: ${commandLine(cluster, logs)}`,
  };
}

export function execArgs({ name, container }: Pick<AskedContainer, 'name' | 'container'>, question: PodCommand): readonly string[] {
  return ['exec', name, `--container=${container}`, '--', ...question];
}

export function debugArgs(name: string, container: string, { image, profile }: Debug): readonly string[] {
  return [
    'debug',
    name,
    `--image=${image}`,
    `--profile=${profile}`,
    `--container=${container}`,
    '--attach',
    '--quiet',
    '--',
    'sh',
    '-c',
    SCRIPT,
  ];
}

/** A name of an ephemeral container is never free again. */
function freeName({ ephemeral }: Pick<LivePod, 'ephemeral'>): string {
  const used = ephemeral.map((name) => Number(/^chainwalk-(\d+)$/.exec(name)?.[1] ?? 0));
  return `chainwalk-${Math.max(0, ...used) + 1}`;
}

/** Undefined: it failed. */
function outputOf(answer: Executed): string | undefined {
  return 'code' in answer && answer.code === 0 ? answer.out : undefined;
}
