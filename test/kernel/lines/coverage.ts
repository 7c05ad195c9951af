/** What random lines covered: how often each extension and option was asked for and loaded, and how many lines each limit took. */
import type { Comparison } from './compareLines.ts';
import { NO_MODULE } from './limits.ts';

interface Count {
  asked: number;
  loaded: number;
}

export function coverage(results: readonly Comparison[]): readonly string[] {
  const extensions = new Map<string, { readonly all: Count; readonly options: Map<string, Count> }>();
  const limits = new Map<string, number>();
  for (const { line, loadedBy, readOnly, differences } of results) {
    const entry = extensions.get(line.extension) ?? { all: { asked: 0, loaded: 0 }, options: new Map<string, Count>() };
    extensions.set(line.extension, entry);
    const counts = [entry.all, ...[...new Set(line.options)].map((option) => countOf(entry.options, option))];
    for (const count of counts) {
      count.asked++;
      if (loadedBy.length > 0) count.loaded++;
    }
    const reasons = differences.map(({ limit = UNEXPLAINED }) => limit);
    if (readOnly && loadedBy.length > 0) reasons.push(NO_MODULE);
    for (const reason of new Set(reasons)) limits.set(reason, (limits.get(reason) ?? 0) + 1);
  }
  const loaded = results.filter(({ loadedBy }) => loadedBy.length > 0).length;
  const unexplained = limits.get(UNEXPLAINED) ?? 0;
  return [
    'extension, then options: loaded of asked for',
    ...[...extensions]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { all, options }]) =>
          `${name} ${shown(all)}: ${[...options].map(([option, count]) => `${option} ${shown(count)}`).join(', ')}`,
      ),
    ...[...limits].filter(([limit]) => limit !== UNEXPLAINED).map(([limit, count]) => `${count} lines: ${limit}`),
    `${results.length} lines (${results.filter(({ line }) => line.broken).length} broken, ${results.filter(({ line }) => line.family === 6).length} IPv6), ${loaded} loaded, ${results.length - loaded} refused, ${unexplained} differ`,
  ];
}

const UNEXPLAINED = 'differ';

function countOf(options: Map<string, Count>, name: string): Count {
  const count = options.get(name) ?? { asked: 0, loaded: 0 };
  options.set(name, count);
  return count;
}

function shown({ loaded, asked }: Count): string {
  return `${loaded}/${asked}`;
}
