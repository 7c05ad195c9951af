/** Files as URI references: relative to the root of the sources, the same on every machine. source: RFC 3986 */

/** `net/my rules` is `net/my%20rules`; an absolute path has the scheme `file`; `-` is standard input. */
export function fileUri(file: string): string {
  if (file === '-') return 'stdin';
  const path = repositoryPath(file);
  const encoded = path.split('/').map(encodeSegment).join('/');
  if (path.startsWith('/')) return `file://${encoded}`;
  return /^[A-Za-z]:\//.test(path) ? `file:///${path.slice(0, 2)}${encoded.slice(4)}` : encoded;
}

export function isRelative(uri: string): boolean {
  return !uri.startsWith('file:');
}

/** `./net//pod.rules` and `net\pod.rules` are `net/pod.rules`. */
export function repositoryPath(file: string): string {
  const path = file.replaceAll('\\', '/').replaceAll(/\/{2,}/g, '/');
  return path.replace(/^(?:\.\/)+(?=.)/, '');
}

/** Half of a surrogate pair has no UTF-8. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
}
