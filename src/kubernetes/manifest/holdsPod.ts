/** Whether an object is a pod or makes pods, as far as the file tells; one that ought to and does not counts, so that it is said. */
import { at, itemsOf, type Node, stringAt } from '../yaml/node.ts';
import { carriedObjects } from './carriedObjects.ts';
import { OWN_KIND_NAMES } from './ownKinds.ts';
import { podTemplatesOf } from './podTemplates.ts';

export function holdsPod(object: Node): boolean {
  const kind = stringAt(object, 'kind');
  if (kind === undefined) return false;
  const carried = /List$/.test(kind) ? itemsOf(at(object, 'items')) : carriedObjects(kind, object);
  if (carried !== undefined) return (OF_WORKLOADS.test(kind) && carried.length > 0) || carried.some(holdsPod);
  return podTemplatesOf(kind, object)?.length !== 0;
}

/** Their items do not say their kind. */
const OF_WORKLOADS = new RegExp(`^(?:${OWN_KIND_NAMES})List$`);
