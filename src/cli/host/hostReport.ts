/** The JSON of `chainwalk host`: a description, which --host and the library's `host` take as it is. */
import type { HostDescription } from '../../host/hostDescription.ts';

export interface HostReport extends HostDescription {
  readonly schema: 'chainwalk/host/v1';
}

export function hostReport(description: HostDescription): HostReport {
  return { schema: 'chainwalk/host/v1', ...description };
}
