/** Which of the rules of a log are read: for each family the last block that is complete, and the calls after it. */
import type { Family } from '../../packet/address.ts';
import { familyOfBlock, type LogBlock, type LogCall, type LogItems } from './logItems.ts';

export interface ChosenRules {
  /** in the order of the log */
  readonly blocks: readonly { readonly block: LogBlock; readonly family: Family }[];
  readonly calls: readonly LogCall[];
  /** complete blocks that come earlier */
  readonly earlier: number;
  /** calls that come earlier */
  readonly earlierCalls: number;
  /** it comes later, and the log breaks off in it */
  readonly cutOff?: LogBlock | undefined;
}

/** Whose rules they are, where the log names several. */
export function streamsOf({ blocks, calls }: LogItems): readonly string[] {
  return [...new Set([...blocks.map(({ stream }) => stream), ...calls.map(({ stream }) => stream)])];
}

export function ofStream(items: LogItems, stream: string): LogItems {
  return {
    ...items,
    blocks: items.blocks.filter((block) => block.stream === stream),
    calls: items.calls.filter((call) => call.stream === stream),
    failures: items.failures.filter(({ line }) => line.stream === stream || line.stream === '' || stream.startsWith(`${line.stream}/`)),
  };
}

/** `otherwise`: the family of blocks that do not tell theirs. */
export function chosenRules({ blocks, calls }: LogItems, otherwise: Family): ChosenRules {
  const complete = blocks
    .filter((block) => !block.open && makesRules(block))
    .map((block) => ({ block, family: familyOfBlock(block) ?? otherwise }));
  const last = complete.at(-1);
  const taken = last === undefined ? [] : [...sameFamily(complete, last), ...otherFamily(complete, last)];
  const chosen = complete.filter((one) => taken.includes(one));
  const isLater = (call: LogCall): boolean => {
    const base = chosen.findLast(({ family }) => family === call.family) ?? chosen.at(-1);
    return base === undefined || call.end > base.block.end;
  };
  const end = chosen.at(-1)?.block.end ?? -1;
  return {
    blocks: chosen,
    calls: calls.filter(isLater),
    earlier: complete.length - chosen.length,
    earlierCalls: calls.filter((call) => !isLater(call)).length,
    cutOff: blocks.find((block) => block.open && block.end > end),
  };
}

/** A block that only takes rules away, such as Istio's clean-up, is not a state of a table. */
function makesRules({ isDump, lines }: LogBlock): boolean {
  return isDump || lines.some(({ text }) => /^(?::|(?:\[\d*:\d*\] ?)?-[AIN] )/.test(text));
}

type Complete = ChosenRules['blocks'][number];

/** The last block, with those before it that have the rest: dumps of single tables, and the dump of the other backend. */
function sameFamily(complete: readonly Complete[], last: Complete): readonly Complete[] {
  const taken = [last];
  const others = complete.filter(({ family }) => family === last.family).reverse();
  for (const one of others.slice(1)) {
    const { block } = one;
    const known = taken.map((other) => other.block);
    const isPart = block.isDump && last.block.isDump && block.tables.length === 1 && known.every((other) => other.tables.length === 1);
    const isNewTable = known.every(
      ({ tables, backend }) => backend !== block.backend || !tables.some((table) => block.tables.includes(table)),
    );
    const isOther = block.backend !== undefined && known.every(({ backend }) => backend !== undefined && backend !== block.backend);
    if (!isOther && !(isPart && isNewTable)) break;
    taken.push(one);
  }
  return taken;
}

/** That of the same run: no block of the family of the last one lies between, and it is not the end of the run before. */
function otherFamily(complete: readonly Complete[], last: Complete): readonly Complete[] {
  const before = complete.slice(0, complete.indexOf(last));
  const at = before.findLastIndex(({ family }) => family !== last.family);
  const found = before[at];
  if (found === undefined) return [];
  const between = before.slice(at + 1).filter(({ block }) => !sameFamily(complete, last).some((one) => one.block === block));
  if (between.length > 0) return [];
  // IPv4 comes first in a run: before an IPv4 block stands the IPv6 block of the run before, unless the log begins with IPv6
  if (last.family === 4 && before.slice(0, at).some(({ family }) => family === 4)) return [];
  return sameFamily(before, found);
}
