/** Who is asked to write the rules of a pod. */
export type Approach = 'init' | 'cni' | 'multus' | 'ambient';
export const APPROACHES: readonly Approach[] = ['init', 'cni', 'multus', 'ambient'];

/** Who writes them when all stages are passed. */
export const WRITERS: Readonly<Record<Approach, string>> = {
  init: 'istio-init',
  cni: 'the CNI plugin',
  multus: 'the CNI plugin, called by Multus',
  ambient: 'the ambient node agent',
};
