/** Rules -> text for iptables-restore, laid out as Istio's builder does.
 *  source: istio/istio tools/istio-iptables/pkg/builder/iptables_builder_impl.go */
import type { IstioRule, IstioTable } from './rule.ts';

/** Names that are never declared: hooks, and targets that could be taken for chains. */
const BUILT_IN = new Set(['INPUT', 'OUTPUT', 'FORWARD', 'PREROUTING', 'POSTROUTING', 'ACCEPT', 'RETURN', 'DROP']);
const TABLES: readonly IstioTable[] = ['filter', 'mangle', 'nat', 'raw'];

/** Empty without rules. */
export function restoreText(rules: readonly IstioRule[]): string {
  return TABLES.map((table) => tableText(rules.filter((rule) => rule.table === table))).join('');
}

function tableText(rules: readonly IstioRule[]): string {
  const [first] = rules;
  if (first === undefined) return '';
  // chains that own a rule, then chains that rules only end in
  const named = [...rules.map(({ chain }) => chain), ...rules.flatMap(({ words }) => (words.at(-2) === '-j' ? words.slice(-1) : []))];
  const chains = [...new Set(named)].filter((chain) => !BUILT_IN.has(chain));
  const lines = [`* ${first.table}`, ...chains.map((chain) => `-N ${chain}`), ...rules.map(({ words }) => words.join(' ')), 'COMMIT'];
  return lines.map((line) => `${line}\n`).join('');
}
