/** A YAML or JSON file of one document, read by shape: everything that is wrong in it is said. */
import type { Node } from '../../istio/manifest/node.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import type { Source } from '../../syntax/source.ts';
import type { Call } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { readYaml } from '../manifest/readYaml.ts';
import { complain } from '../messages.ts';
import type { Read, Wrong } from './read.ts';

export interface ReadTree<T> {
  readonly value: T;
  readonly source: Source;
  readonly root: Node;
}

/** Undefined when it cannot be used, which has been said. */
export async function readTree<T>(call: Call, file: string, shape: Read<T>): Promise<ReadTree<T> | undefined> {
  const content = await call.io.read(file);
  if ('problem' in content) {
    await complain(call.io, { message: `cannot read \`${file}\`: ${content.problem}` });
    return undefined;
  }
  const source: Source = { file, text: content.text };
  const { documents, diagnostics } = await readYaml(source);
  const [document, ...more] = documents;
  if (document === undefined || more.length > 0 || diagnostics.length > 0) {
    if (diagnostics.length === 0)
      await complain(call.io, { message: `\`${file}\` holds ${more.length > 0 ? 'several documents' : 'nothing'}` });
    await showDiagnostics(call, diagnostics);
    return undefined;
  }
  return checkTree(call, { source, root: document.root }, shape);
}

export async function checkTree<T>(call: Call, tree: Omit<ReadTree<T>, 'value'>, shape: Read<T>): Promise<ReadTree<T> | undefined> {
  const found: Diagnostic[] = [];
  const tell = ({ isWarning, ...wrong }: Wrong) => found.push({ kind: isWarning ? 'warning' : 'malformed', source: tree.source, ...wrong });
  const value = shape(tree.root, { path: '', source: tree.source, tell });
  await showDiagnostics(call, found);
  return value === undefined || found.some(isError) ? undefined : { ...tree, value };
}
