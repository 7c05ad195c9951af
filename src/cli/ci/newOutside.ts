/** What is new and in no mesh: nothing about capture is checked of it, and that is said. */
import type { JudgedPart } from '../../app/ci/judge.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';

export interface NewOutside {
  /** `Deployment shop/new (annotation sidecar.istio.io/inject is `false`)`, `net/new.rules (no rules of a mesh)` */
  readonly names: readonly string[];
  /** a warning for each */
  readonly diagnostics: readonly Diagnostic[];
}

interface Sides {
  readonly base: readonly JudgedPart[];
  readonly head: readonly JudgedPart[];
  /** files of the base by their names there */
  readonly renamed: ReadonlyMap<string, string>;
}

export function newOutside({ base, head, renamed }: Sides): NewOutside {
  const known = new Set(base.map(({ name, file }) => name ?? renamed.get(file) ?? file));
  const found = new Map(
    head
      .filter((part) => part.mesh === undefined && part.isUnread !== true && !known.has(nameOf(part)))
      .map((part) => [nameOf(part), part]),
  );
  const named = [...found].map(([name, part]) => ({ name: `${name} (${part.outside ?? 'no rules of a mesh'})`, part }));
  return {
    names: named.map(({ name }) => name),
    diagnostics: named.flatMap(({ name, part: { place } }): readonly Diagnostic[] =>
      place === undefined
        ? []
        : [{ kind: 'warning', message: `${name} is new and not in the mesh: what a mesh promises is not checked of it`, ...place }],
    ),
  };
}

function nameOf({ name, file }: JudgedPart): string {
  return name ?? file;
}
