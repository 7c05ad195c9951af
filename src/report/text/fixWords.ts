/** A proved fix in words. */
import { plural } from '../../lib/plural.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { FixEdit, FixSearch, ProvedFix } from '../../prove/proof/provedFix.ts';

/** `move line 18 below line 22` */
export function editWords({ kind, line, to }: FixEdit): string {
  const what = line === undefined ? 'insert' : `${kind} line ${line}`;
  return to === undefined ? what : `${what} ${to.side} line ${to.line}`;
}

/** `5 of 6 errors and 1 warning go, nothing else breaks (proved)`; `errors`: how many there are. */
export function effectWords({ mends }: Pick<ProvedFix, 'mends'>, errors: number): string {
  const gone = mends.filter(isOpenError).length;
  const warnings = mends.filter(({ level, muted }) => level === 'warning' && muted === undefined).length;
  const all = errors === 1 ? 'the error' : errors === 2 ? 'both errors' : `all ${errors} errors`;
  const some = gone === errors ? all : `${gone} of the ${errors} errors`;
  const more = warnings === 0 ? '' : ` and ${plural(warnings, 'warning')}`;
  const verb = gone + warnings === 1 ? 'goes' : 'go';
  return `${some}${more} ${verb}, nothing else breaks (proved)`;
}

export function isOpenError({ verdict, level, muted }: Finding): boolean {
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
