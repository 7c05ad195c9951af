/** What a program said instead of rules, where standard error was saved as the dump. source: iptables nft.c and xshared.c,
 *  kubectl exec, runc; sh and bash */
import type { TextFinding } from '../text/problems.ts';

const IN_POD = 'in a pod `kubectl chainwalk POD --debug-image IMAGE` brings them';

/** The first that fits says what to do. */
const SAID: readonly (readonly [message: RegExp, help: string])[] = [
  [/\(NotFound\)|^pods? "\S+" not found/, '`kubectl get pods -A` shows the pods: is the namespace given, -n NAMESPACE?'],
  [/OCI runtime exec failed|executable file not found/, `the container has no such program: -c names another container; ${IN_POD}`],
  [/\biptables\S*: (?:command )?not found|: No such file or directory$/, `the program is not installed there; ${IN_POD}`],
  [/^ip6?tables\S* v\S+ \(\S+\): |must be root|[Oo]peration not permitted/, `only root reads rules: \`sudo iptables-save\`; ${IN_POD}`],
  [
    /container not found|unable to upgrade connection|container \S+ is not valid/,
    'does the container run? `kubectl describe pod POD` shows its state and the names for -c',
  ],
  [
    /\(Forbidden\)|Unauthorized|must be logged in/,
    'kubectl may not do this there: `kubectl auth can-i create pods/exec` says whether it may',
  ],
  [
    /^Unable to connect to the server|^The connection to the server |no such host$|i\/o timeout$/,
    'the cluster does not answer: is the context right? `kubectl config current-context`',
  ],
  [
    /^Error from server\b|^command terminated with exit code \d+|^(?:error|Error): |[Pp]ermission denied$/,
    `save standard output of \`iptables-save\`, run as root, once it works; ${IN_POD}`,
  ],
];
const MOST_LINES = 12;
/** Any of it may be meant as rules. */
const RULES = /^\s*(?:[*:]\w|-[APNIDFXCRE]\s)|\bip6?tables(?:-\w+)*\s+[-<]/m;

/** Undefined: it is not such a message. */
export function errorText(text: string): TextFinding | undefined {
  if (text.length > 10_000 || RULES.test(text)) return undefined;
  const lines = text.split('\n').filter((line) => /\S/.test(line) && !/^(?:#|Defaulted container )/.test(line));
  if (lines.length === 0 || lines.length > MOST_LINES) return undefined;
  for (const [pattern, help] of SAID) {
    const found = lines.find((line) => pattern.test(line.trim()));
    if (found === undefined) continue;
    const start = text.indexOf(found);
    const message = 'this is an error message, not rules';
    return { kind: 'malformed', code: 'no-rules', message, span: { start, end: start + found.trimEnd().length }, help };
  }
  return undefined;
}
