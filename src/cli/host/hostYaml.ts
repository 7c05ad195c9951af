/** A host description as YAML, an interface or a listener on one line. */

/** Lists whose entries stand on one line each. */
const LINES: readonly string[] = ['interfaces', 'listeners'];

export async function hostYaml(description: Readonly<Record<string, unknown>>): Promise<string> {
  const { Document, isCollection, isMap } = await import('yaml');
  const document = new Document(description);
  const inLine = (node: unknown): void => {
    if (isCollection(node)) node.flow = true;
  };
  for (const key of LINES) {
    const list = document.get(key);
    if (isCollection(list)) list.items.forEach(inLine);
  }
  const processes = document.get('processes');
  if (isMap(processes)) for (const { value } of processes.items) inLine(value);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
