/** What to say of a log that has no rules. */

import type { TextFinding } from '../text/problems.ts';
import { TABLE_LINE } from '../text/refusal.ts';
import { isShellCall } from '../text/shellCall.ts';
import { logLines } from './logLines.ts';
import { isVariableLine } from './signs.ts';

/** Does it have lines that are rules by themselves, so that it can be read as if it were no log? */
export function mentionsRules(text: string): boolean {
  return TABLE_LINE.test(text) || text.split('\n').some(isShellCall) || /^Chain \S+ \((?:policy|\d+ ref)/m.test(text);
}

export function noRulesInLog(text: string): TextFinding {
  const lines = logLines(text);
  const span = { start: 0, end: Math.min(text.length, 1) };
  const said = lines.find(({ text: line }) => isVariableLine(line));
  const what = said !== undefined && lines.every(({ text: line }) => /^[A-Z0-9_]*(?:=|$)/.test(line)) ? 'text' : 'log';
  const message = `no rule found in this ${what} of ${lines.at(-1)?.number ?? 0} lines: neither a table nor a call of iptables`;
  const help =
    said === undefined
      ? 'where the rules are: `kubectl logs POD -c istio-init` from its first line, with CNI the log of istio-cni-node; of a running pod `kubectl chainwalk POD`'
      : `from line ${said.number} on it has the settings of istio-iptables: \`chainwalk render --settings FILE\` prints the rules that follow from them`;
  return { kind: 'malformed', code: 'no-rules-in-log', message, span, help };
}
