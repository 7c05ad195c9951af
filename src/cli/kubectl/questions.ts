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

/** What nftables has beside the rules of iptables. */
export const LISTING: PodCommand = ['nft', 'list', 'ruleset'];

/** Programs that tell the same, asked one after another until one answers: `ip` of busybox and older ones have no JSON. */
type Asked = readonly PodCommand[];

/** What `chainwalk capture` collects beside the rules. */
export const HOST_QUESTIONS: readonly Asked[] = [
  [
    ['ip', '-json', 'address'],
    ['ip', 'address'],
  ],
  [
    ['ip', '-json', '-details', 'link'],
    ['ip', '-details', 'link'],
  ],
  ...(['-4', '-6'] as const).flatMap((family): readonly Asked[] => [
    [
      ['ip', family, '-json', 'rule'],
      ['ip', family, 'rule'],
    ],
    [
      ['ip', family, '-json', 'route', 'show', 'table', 'all'],
      ['ip', family, 'route', 'show', 'table', 'all'],
    ],
  ]),
  [
    ['ss', '-lntup'],
    ['netstat', '-lntup'],
    ['netstat', '-lntu'],
  ],
  [['ipset', 'save']],
  [['sysctl', '-a']],
];

export const QUESTIONS: readonly Asked[] = [...[...DUMPS, LISTING].map((dump) => [dump]), ...HOST_QUESTIONS];

/** Standard output by the question's words; absent: it could not be asked, or failed. */
export type Answers = ReadonlyMap<string, string>;

export function questionText(question: PodCommand): string {
  return question.join(' ');
}

const LINE = /^=== chainwalk: (.*) ===$/;

/** For `sh -c`: each answer between two lines of ours, the second only when the program succeeded. */
export const SCRIPT: string = [
  'ask() { echo "=== chainwalk: $* ==="; "$@" 2>/dev/null && echo && echo "=== chainwalk: done ==="; }',
  ...QUESTIONS.map((asked) => asked.map((question) => `ask ${questionText(question)}`).join(' || ')),
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

/** The answers about the host as one text, each below its question. A kernel without IPv6 answers with nothing, which says nothing. */
export function hostAnswers(answers: Answers): string {
  const asked = HOST_QUESTIONS.flat().map(questionText);
  return asked
    .flatMap((words) => {
      const answer = answers.get(words);
      return answer === undefined || (words.includes(' -6 ') && /^[\s[\]{}]*$/.test(answer))
        ? []
        : [`=== chainwalk: ${words} ===\n${answer}\n`];
    })
    .join('');
}
