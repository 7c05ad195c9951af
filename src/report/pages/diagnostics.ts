/** Pages on the kinds of diagnostics. */
import type { DiagnosticKind } from '../../syntax/text/diagnostic.ts';
import type { Page } from './page.ts';

type Text = Omit<Page, 'id' | 'group'>;

const TEXTS: Readonly<Record<DiagnosticKind, Text>> = {
  malformed: {
    title: 'the text cannot be read as rules',
    means:
      'A line is not in the language of iptables, or a value is not of its kind: `--dport 99x`. chainwalk stops with exit code 2 after it has reported everything it found.',
    why: 'iptables-restore refuses the same line before it talks to the kernel. Rules are loaded as a whole: one bad line means that nothing of its table is loaded.',
    see: [{ run: 'iptables-restore --test < FILE', look: 'the number of the line' }],
    todo: 'The caret shows the place. `iptables -L` output cannot be read: save with `iptables-save`. Shell variables need --set NAME=value, arguments of a script --set 1=value.',
  },
  'not-loadable': {
    title: 'the text can be read, but the kernel would refuse the rule',
    means:
      'For example REDIRECT in the table filter, an owner match in INPUT, a jump to a chain that is not there, chains that call each other in a circle. Exit code 2.',
    why: 'The kernel checks each match and target against the table and the hooks from which its chain is reached. `iptables-restore --test` does not ask the kernel and says yes to most of these.',
    see: [
      {
        run: 'sudo unshare -n iptables-restore < FILE',
        look: '`RULE_APPEND failed (Invalid argument)`, in a network namespace of its own that ends with the command',
      },
    ],
    todo: 'Move the rule to a table and chain where it can stand; the help line says which.',
  },
  'not-modelled': {
    title: 'the rule is accepted, but chainwalk does not claim to know what it does',
    means:
      'The match or target is real, and no meaning is built in for it. It is neither taken to match nor taken not to: an answer that depends on it is `undecided` and names the rule.',
    why: 'A guess would be wrong half of the time and would look like knowledge. Answers that do not depend on the rule are not touched by it.',
    see: [{ run: 'iptables -m NAME --help', look: 'what the match asks' }],
    todo: 'Nothing, while no answer depends on it. `trace` warns only about those that matter to the packet, `check` lists all.',
  },
  warning: {
    title: 'the rules load, but something is odd',
    means: 'For example a chain that was used before it was made, or a text in which there is no rule at all.',
    why: 'The input can be understood only by an assumption, and the warning says which one.',
    see: [],
    todo: 'Make the input say it. With --strict a warning counts as a failure (exit code 1).',
  },
};

export const DIAGNOSTIC_PAGES: readonly Page[] = Object.entries(TEXTS).map(([id, text]) => ({ id, group: 'diagnostic', ...text }));
