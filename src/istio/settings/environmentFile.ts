/** The environment of a virtual machine's proxy, cluster.env, from which istio-iptables takes its settings: shell assignments.
 *  Other variables are not checked here. source: istio tools/packaging/common/istio-start.sh */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { isKnownVariable, remark, type SourceLocation } from './settingSource.ts';

export function isEnvironmentFile(text: string): boolean {
  return /^[ \t]*(?:export[ \t]+)?ISTIO_[A-Z0-9_]+=/m.test(text) && !/^\s*\{/.test(text);
}

export interface ReadEnvironment {
  /** of variables that istio-iptables reads; the last assignment counts */
  readonly values: Readonly<Record<string, string>>;
  /** names of the others */
  readonly others: readonly { readonly name: string; readonly place: SourceLocation }[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readEnvironmentFile(source: Source): ReadEnvironment {
  const values: Record<string, string> = {};
  const others: ReadEnvironment['others'][number][] = [];
  const diagnostics: Diagnostic[] = [];
  let start = 0;
  for (const line of source.text.split('\n')) {
    const place = { source, span: { start, end: start + Math.max(line.length, 1) } };
    start += line.length + 1;
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const [, name, written = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) diagnostics.push(remark(place, { message: 'expected an assignment `NAME=value`' }));
    else if (isKnownVariable(name)) {
      const value = literal(written);
      if (value === undefined)
        diagnostics.push(remark(place, { message: `the value of \`${name}\` is made by a shell`, help: 'write what it is' }));
      else values[name] = value;
    } else {
      const at = place.span.start + line.indexOf(name);
      others.push({ name, place: { source, span: { start: at, end: at + name.length } } });
    }
  }
  return { values, others, diagnostics };
}

/** Undefined: a shell has to be asked. */
function literal(written: string): string | undefined {
  const [, single, double, bare] = /^(?:'([^']*)'|"([^"$`\\]*)"|([^\s'"$`\\;&|<>()#]*))(?:\s+#.*)?$/.exec(written) ?? [];
  return single ?? double ?? bare;
}
