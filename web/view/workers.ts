/** Workers with the library, whose text stands in the document, so that nothing is fetched. */

export function openWorker(): Worker {
  const url = URL.createObjectURL(new Blob([document.getElementById('worker')?.textContent ?? ''], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'chainwalk' });
  URL.revokeObjectURL(url);
  return worker;
}

/** The script `early` of the page leaves one for `main`, which takes it once. */
export interface WithEarlyWorker {
  chainwalkWorker?: Worker | undefined;
}
