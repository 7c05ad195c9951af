/** How findings are accepted, as texts to paste: one for each place, with all claims that it is about. */

import { groupBy } from '../../lib/groupBy.ts';
import type { FoundProblem } from './problems.ts';
import type { Acceptance } from './review.ts';

/** Stands in what is pasted for a reason to be written, and is none itself. */
export const REASON = 'REASON';

export interface AcceptText {
  /** lines to paste, with REASON in place of a reason */
  readonly paste: readonly string[];
  /** where: `on the line before net/pod.rules:24` */
  readonly where: string;
}

/** `alike`: problems of other subjects of which the same is true. */
export function acceptTexts(found: readonly FoundProblem[], alike: readonly FoundProblem[] = []): readonly AcceptText[] {
  const accepted = (some: readonly FoundProblem[]) => some.flatMap(({ problem: { id, accept } }) => (accept ? [{ id, accept }] : []));
  const own = groupBy(accepted(found), ({ accept: { packets: _, until: __, ...place } }) => JSON.stringify(place));
  const elsewhere = accepted(alike);
  return [...own.values()].flatMap((group): readonly AcceptText[] => {
    const [{ accept }] = group;
    const ids = [...new Set(group.map(({ id }) => id))];
    const others = elsewhere.filter((one) => ids.includes(one.id) && one.accept.by === accept.by && one.accept.at !== accept.at);
    const more = new Set(others.map((one) => one.accept.at)).size;
    const untils = group.flatMap((one) => one.accept.until ?? []);
    const until = untils.length === 0 ? '' : UNTIL[untils.includes('fails') ? 'fails' : 'told'];
    const where = `${WHERE[accept.by]} ${accept.at}${more === 0 ? '' : `, and so in ${more} more`}${until}`;
    if (accept.by !== 'config') return [{ paste: comments(accept.by, ids), where }];
    const packetsOf = (claim: string) => [
      ...new Set(group.flatMap(({ id, accept: { packets } }) => (id === claim ? (packets ?? []) : []))),
    ];
    return [{ paste: ids.map((claim) => entryText({ claim, accept, packets: packetsOf(claim) })), where }];
  });
}

const MOST_CHARACTERS = 68;

/** They may be stacked: none is longer than a line, if its claims are not. */
function comments(by: Acceptance['by'], ids: readonly string[]): readonly string[] {
  const textOf = (some: readonly string[]) => `# chainwalk-disable-${by} ${some.join(',')} -- ${REASON}`;
  const stacked: string[][] = [];
  for (const id of ids) {
    const last = stacked.at(-1);
    if (last !== undefined && textOf([...last, id]).length <= MOST_CHARACTERS) last.push(id);
    else stacked.push([id]);
  }
  return stacked.map(textOf);
}

const WHERE: Readonly<Record<Acceptance['by'], string>> = {
  'next-line': 'on the line before',
  file: 'on a line of its own in',
  config: 'among the `suppressions` of',
};

/** A pull request does not accept its own findings: a reviewer sees that it wants to. */
const UNTIL = {
  fails: '; the check stays red until the base has it',
  told: '; it stays a finding until the base has it',
};

/** A flow mapping in quotes is YAML, JSON and a module alike; YAML has a dash before each entry of a list. */
interface Entry {
  readonly claim: string;
  readonly accept: Acceptance;
  readonly packets: readonly string[];
}

function entryText({ claim, accept, packets }: Entry): string {
  const narrowed = packets.length === 0 ? {} : { packets };
  const entry = Object.entries({ claim, files: accept.files ?? '', ...narrowed, reason: REASON }).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `${/\.ya?ml$/.test(accept.at) ? '- ' : ''}{ ${entry.join(', ')} }`;
}
