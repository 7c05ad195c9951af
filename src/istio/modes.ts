/** Who writes the rules: the init container, the CNI plugin, or the ambient agent in a pod or on its node. */
export const MODES = ['init', 'cni', 'ambient', 'ambient-host'] as const;
export type Mode = (typeof MODES)[number];
