/** An image that can tell the rules of a pod: the one that wrote them, which its node has already; or one that has everything.
 *  Needed are sh and iptables-save. */
import { type JsonRecord, recordsIn } from '../../lib/json.ts';
import { WRITER_NAMES } from './podMesh.ts';

/** Of the proxies only Istio's image has iptables. */
const PROXY = 'istio-proxy';
const ANY = 'nicolaka/netshoot';

export interface DebugImage {
  readonly image: string;
  /** what it is, in brackets after the command */
  readonly says: string;
}

export function debugImageFor(spec: JsonRecord): DebugImage {
  const containers = [...recordsIn(spec.initContainers), ...recordsIn(spec.containers)];
  for (const name of [...WRITER_NAMES, PROXY]) {
    const image = containers.find((one) => one.name === name)?.image;
    if (typeof image !== 'string' || !isImage(image)) continue;
    // the distroless one has no sh
    const whole = image
      .replace(/@sha256:[0-9a-f]+$/, (digest) => (/:[^/]*-distroless@/.test(image) ? '' : digest))
      .replace(/-distroless$/, '');
    return { image: whole, says: whole === image ? `the image of its ${name}` : `the image of its ${name}, with a shell` };
  }
  return { image: ANY, says: 'has iptables and iproute2' };
}

function isImage(text: string): boolean {
  return /^[\w][\w.\-/:@]*$/.test(text);
}
