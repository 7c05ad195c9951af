/** Who writes the rules: the init container, the CNI plugin, chained or called by Multus, or the ambient agent in a pod or on its node. */
export const MODES = ['init', 'cni', 'multus', 'ambient', 'ambient-host'] as const;
export type Mode = (typeof MODES)[number];
