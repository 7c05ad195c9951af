/** Files as they are on the disk: the server tells when one changes. */
import { useEffect, useState } from 'preact/hooks';
import type { ServedFile } from '../../src/api/report/index.ts';

export interface Served {
  readonly files: readonly ServedFile[];
  /** the server is there */
  readonly isLive: boolean;
}

export function useServed(first: readonly ServedFile[]): Served {
  const [served, setServed] = useState<Served>({ files: first, isLive: true });
  useEffect(() => {
    const source = new EventSource('events');
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      setServed({ files: JSON.parse(data) as readonly ServedFile[], isLive: true });
    });
    // it tries again by itself
    source.addEventListener('error', () => setServed(({ files }) => ({ files, isLive: false })));
    return () => source.close();
  }, []);
  return served;
}
