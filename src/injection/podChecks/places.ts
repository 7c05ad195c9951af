/** Located values as places. */
import type { Place } from '../../istio/settings/settingSource.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';

export function placeOf({ source, span }: Located<unknown>): Place {
  return { source, span };
}
