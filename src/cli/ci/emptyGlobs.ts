/** Entries of a list of globs that match nothing: what they were meant for is not checked. */
import { itemsOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Io } from '../io/io.ts';
import { list } from './list.ts';

interface Globs {
  readonly loaded: LoadedConfig;
  /** `groups[0].files` */
  readonly key: string;
  readonly globs: string | readonly string[] | undefined;
  /** where they stand; absent in code */
  readonly node: Node | undefined;
}

/** A warning for each, with its place. An entry with \`!\` takes files out, and may find none. */
export async function emptyGlobs(
  { glob }: Pick<Io, 'glob'>,
  { loaded: { folder, source, root }, key, globs, node }: Globs,
): Promise<readonly Diagnostic[]> {
  // a text alone has been made a list of one
  const isList = node === undefined ? list(globs).length > 1 : node.kind === 'list';
  const warnings = await Promise.all(
    list(globs).map(async (one, index): Promise<readonly Diagnostic[]> => {
      if (one.startsWith('!') || (await glob([one], folder)).length > 0) return [];
      const { span } = (isList ? itemsOf(node)[index] : node) ?? node ?? root;
      return [{ kind: 'warning', message: `${key}${isList ? `[${index}]` : ''}: no file matches \`${one}\``, source, span }];
    }),
  );
  return warnings.flat();
}
