/** What is asked inside a pod, and how the answers are distinguished when one script asks everything. */

/** A program and its arguments; none of it comes from the user. */
export type PodCommand = readonly [program: string, ...args: string[]];

/** The first tells whether a container can answer at all. */
export const FIRST: PodCommand = ['iptables-save'];

/** Both backends by name: the kernel asks both, and `iptables-save` shows one. */
export const DUMPS: readonly PodCommand[] = [
  FIRST,
  ['ip6tables-save'],
  ['iptables-nft-save'],
  ['ip6tables-nft-save'],
  ['iptables-legacy-save'],
  ['ip6tables-legacy-save'],
];

const ROUTING: readonly PodCommand[] = [
  ['ip', '-json', 'address'],
  ['ip', '-4', '-json', 'rule'],
  ['ip', '-6', '-json', 'rule'],
  ['ip', '-4', '-json', 'route', 'show', 'table', 'all'],
  ['ip', '-6', '-json', 'route', 'show', 'table', 'all'],
];

export const QUESTIONS: readonly PodCommand[] = [...DUMPS, ...ROUTING];

/** Standard output by the question's words; absent: it could not be asked, or failed. */
export type Answers = ReadonlyMap<string, string>;

export function questionText(question: PodCommand): string {
  return question.join(' ');
}

const LINE = /^=== chainwalk: (.*) ===$/;

/** For `sh -c`: each answer between two lines of ours, the second only when the program succeeded. */
export const SCRIPT: string = [
  'ask() { echo "=== chainwalk: $* ==="; "$@" 2>/dev/null && echo && echo "=== chainwalk: done ==="; }',
  ...QUESTIONS.map((question) => `ask ${questionText(question)}`),
  'echo "=== chainwalk: end ==="',
].join('\n');

/** Undefined when the output lacks its beginning or its end. */
export function answersIn(output: string): Answers | undefined {
  const lines = output.split(/\r?\n/);
  const marks = lines.flatMap((line, at) => {
    const [, words] = LINE.exec(line) ?? [];
    return words === undefined ? [] : [{ words, at }];
  });
  if (marks[0]?.words !== questionText(FIRST) || marks.at(-1)?.words !== 'end') return undefined;
  return new Map(
    marks.flatMap(({ words, at }, index) => {
      const next = marks[index + 1];
      return next?.words === 'done' ? [[words, lines.slice(at + 1, next.at).join('\n')] as const] : [];
    }),
  );
}
