/** What is shown without a command: what to try, in a screen. */
import { TITLE } from './about.ts';
import type { Command } from './command.ts';

const QUESTIONS: readonly (readonly [line: string, says: string])[] = [
  ['chainwalk trace pod.rules "out tcp -> 203.0.113.9:443"', 'which rule decides?'],
  ['chainwalk verify pod.rules', 'does the mesh hold for all packets?'],
  ['chainwalk verify deploy.yaml', 'the same, before it is deployed'],
  ['chainwalk diff old.rules new.rules', 'which packets change?'],
  ['chainwalk ci', 'all that chainwalk.config.* names'],
  ['kubectl chainwalk POD -n NAMESPACE', 'the same of a running pod'],
];

/** At most 20 lines of 80 columns. */
export function firstScreen(commands: readonly Command[]): string {
  const told = QUESTIONS.map(([line, says]) => `  ${line.length > 36 ? `${line}\n${' '.repeat(40)}` : line.padEnd(38)}${says}`);
  const shown = new Set(QUESTIONS.map(([line]) => line.split(' ')[1]));
  const others = commands.map(({ name }) => name).filter((name) => !shown.has(name));
  return [
    `chainwalk: ${TITLE}`,
    '',
    ...told,
    '',
    '  get the rules: kubectl exec POD -c istio-proxy -- iptables-save > pod.rules',
    `  more commands: ${others.slice(0, 7).join(' ')}\n                 ${others.slice(7).join(' ')}`.trimEnd(),
    '  help:          chainwalk --help, chainwalk COMMAND --help, chainwalk explain',
    '',
  ].join('\n');
}
