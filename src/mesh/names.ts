/** What each mesh is called, without its profile: help, completion and the plugin of kubectl need no more. A name that is added here has
 *  the compiler demand the rest: the profile, the container, the remedies. */

/** In the order in which help lists them. */
export const MESH_NAMES = ['istio-sidecar', 'istio-ambient', 'linkerd', 'kuma', 'consul'] as const;
export type MeshName = (typeof MESH_NAMES)[number];

/** What a proxy that the host names is called in answers of programs, where a mesh has its name. */
export const OWN_NAME = 'own';
export type OwnName = typeof OWN_NAME;

/** What may be said of the mesh of rules: `auto`, by their chains and by who listens; `none`; or which. */
export const PROFILE_NAMES = ['auto', 'none', ...MESH_NAMES] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** The container of the proxy that captures its pod; undefined: the proxy runs elsewhere. */
export const PROXY_CONTAINERS: Readonly<Record<MeshName, string | undefined>> = {
  'istio-sidecar': 'istio-proxy',
  'istio-ambient': undefined,
  linkerd: 'linkerd-proxy',
  kuma: 'kuma-sidecar',
  consul: 'consul-dataplane',
};
