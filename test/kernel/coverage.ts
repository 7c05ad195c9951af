/** How often each hook, match, target and fate took part, so that a green run says what it covered. */
import type { Examined } from '../../src/kernel/compared/examined.ts';

export interface Coverage {
  readonly add: (pair: Examined) => void;
  readonly report: () => string;
}

export function startCoverage(): Coverage {
  const counts = new Map<string, Map<string, number>>();
  const count = (what: string, name: string): void => {
    const group = counts.get(what) ?? new Map<string, number>();
    group.set(name, (group.get(name) ?? 0) + 1);
    counts.set(what, group);
  };
  return {
    add: ({ packet, walks: [walk] }) => {
      if (walk === undefined) return;
      count('packets', `${packet.dir} IPv${packet.family}`);
      count('fates', walk.fate.kind === 'lost' ? `lost: ${walk.fate.reason}` : walk.fate.kind);
      for (const step of walk.steps) {
        if (step.kind === 'hook') count('hooks', step.hook);
        if (step.kind === 'conntrack') count('states', step.state);
        if (step.kind === 'nat') count('nat', `${step.manip} at ${step.hook}`);
        if (step.kind === 'miss') count('matches that failed', wordOf(step.clause.text));
        if (step.kind !== 'rule') continue;
        count('tables', step.rule.table);
        count('targets', targetOf(step.rule.target, step.verdict));
        for (const clause of step.rule.clauses) count('matches', wordOf(clause.text));
      }
    },
    report: () => [...counts].map(([what, group]) => `${what}: ${listed(group)}`).join('\n'),
  };
}

function targetOf(target: string | undefined, verdict: string): string {
  return target === undefined ? '(none)' : verdict === 'JUMP' || verdict === 'GOTO' ? `(${verdict.toLowerCase()})` : target;
}

/** The option of a clause, with its `!`. */
function wordOf(clause: string): string {
  return /^(?:! )?(?:-m \S+|-\S+)/.exec(clause)?.[0] ?? clause;
}

function listed(group: ReadonlyMap<string, number>): string {
  return [...group]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}
