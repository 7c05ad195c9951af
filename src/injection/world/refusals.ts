/** Why a pod does not start, each reason at its place. */

import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Enrolment } from '../enrol/enrol.ts';

export function refusals({ taken }: Enrolment): readonly Diagnostic[] {
  return taken.flatMap(({ answer }) =>
    answer.kind === 'block'
      ? answer.problems.map(({ message, help, at: { source, span } }) => ({
          kind: 'not-loadable',
          message,
          source,
          span,
          ...(help === undefined ? {} : { help }),
        }))
      : [],
  );
}
