/** A proved fix in words. */
import { groupBy } from '../../lib/groupBy.ts';
import { plural } from '../../lib/plural.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { FixEdit, FixSearch, ProvedFix } from '../../prove/proof/provedFix.ts';
import { boundsText } from './bounds.ts';

/** `move line 18 below line 22` */
export function editWords({ kind, line, to }: FixEdit): string {
  const what = line === undefined ? 'insert' : `${kind} line ${line}`;
  return to === undefined ? what : `${what} ${to.side} line ${to.line}`;
}

/** `5 of the 6 errors and 1 warning go, nothing else breaks (proved for ...)`; a claim is one error, whatever number of findings shows it. */
export function effectWords(fix: Pick<ProvedFix, 'mends' | 'bounds'>, findings: readonly Finding[]): string {
  const { mends } = fix;
  const family = mends[0]?.family;
  const broken = groupBy(findings.filter(isOpenError), (one) => one.family);
  const claims = [...groupBy(broken.get(family ?? 4) ?? [], ({ claim }) => claim).values()];
  const errors = claims.length;
  const gone = claims.filter((group) => group.every((one) => mends.includes(one))).length;
  const warnings = new Set(mends.filter(({ level, muted }) => level === 'warning' && muted === undefined).map(({ claim }) => claim)).size;
  const all = errors === 1 ? 'the error' : errors === 2 ? 'both errors' : `all ${errors} errors`;
  const some = gone === errors ? all : `${gone} of the ${errors} errors`;
  const where = broken.size > 1 ? ` over IPv${family}` : '';
  const more = warnings === 0 ? '' : ` and ${plural(warnings, 'warning')}`;
  const verb = gone + warnings === 1 ? 'goes' : 'go';
  return `${some}${where}${more} ${verb}, ${unbrokenWords(fix)}`;
}

/** `nothing else breaks (proved for first packets of connections over IPv4, an assumed pod at 10.244.0.5)` */
export function unbrokenWords({ bounds }: Pick<ProvedFix, 'bounds'>): string {
  return `nothing else breaks (proved for ${boundsText(bounds)})`;
}

function isOpenError({ verdict, level, muted }: Finding): boolean {
  return verdict === 'violated' && level === 'error' && muted === undefined;
}

/** `self-vip-captured, passthrough-returned` */
export function openWords({ open }: Pick<ProvedFix, 'open'>): string {
  return [...new Set(open.map(({ claim }) => claim))].join(', ');
}

/** Undefined: all that could be tried was. */
export function cutShortWords({ tried, candidates }: FixSearch): string | undefined {
  return tried < candidates ? `${tried} of ${candidates} candidate edits tried` : undefined;
}
