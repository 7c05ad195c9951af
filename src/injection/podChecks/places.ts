/** Located values as places. */
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';

export function locationOf({ source, span }: Located<unknown>): SourceLocation {
  return { source, span };
}
