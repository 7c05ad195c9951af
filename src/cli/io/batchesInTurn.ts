/** Lines of a file that is closed between batches: thousands of files can be read in turn, where few may be open at a time. */
import { open } from 'node:fs/promises';

/** `size`: bytes that are read at a time. */
export async function* batchesInTurn(path: string, size: number): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const begun: string[] = [];
  for (let position = 0; ; ) {
    const bytes = await bytesAt(path, position, size);
    position += bytes.length;
    const [first = '', ...others] = decoder.decode(bytes, { stream: bytes.length > 0 }).split('\n');
    begun.push(first);
    const last = others.pop();
    if (last !== undefined) {
      yield [begun.splice(0).join(''), ...others];
      begun.push(last);
    }
    if (bytes.length === 0) break;
  }
  const rest = begun.join('');
  if (rest !== '') yield [rest];
}

async function bytesAt(path: string, position: number, size: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(size), 0, size, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
