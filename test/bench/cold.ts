/** How long a command takes from its start to its end, beside a Node that does nothing. */
import type { Job } from './measure.ts';

export interface ColdRow {
  readonly work: string;
  readonly args: readonly string[];
  readonly target: string;
  readonly runs: number;
  /** the program that is started; absent: `main.js` */
  readonly program?: string;
}

/** `istio`: rules of both families; `other`: rules to compare them with. */
export function coldRows(istio: string, other: string): readonly ColdRow[] {
  const quick = { target: '<= 2 x', runs: 15 } as const;
  return [
    { work: '--version, cold', args: ['--version'], ...quick },
    { work: 'trace --help, cold', args: ['trace', '--help'], ...quick },
    { work: 'completion bash, cold', args: ['completion', 'bash'], ...quick },
    { work: 'a word completed for kubectl, cold', args: ['trace', '--ver'], program: 'kubectl-complete.js', ...quick },
    { work: 'explain loop, cold', args: ['explain', 'loop'], ...quick },
    { work: 'check, cold', args: ['check', istio], ...quick },
    { work: 'trace one packet, cold', args: ['trace', istio, 'out tcp -> 203.0.113.9:443 uid=1000'], target: '<= 2.5 x', runs: 15 },
    { work: 'find, cold', args: ['find', istio, '--where', 'out tcp uid=1000', '--outcome', 'direct'], target: '<= 4 x', runs: 9 },
    { work: 'verify, both families, cold', args: ['verify', istio], target: '<= 6 x', runs: 9 },
    { work: 'diff, cold', args: ['diff', istio, other], target: '<= 8 x', runs: 9 },
  ];
}

export function coldJob(folder: string, { args, program = 'main.js' }: ColdRow): Job {
  return { command: [process.execPath, `${folder}/${program}`, ...args] };
}
