/** What Istio passes for a pod without settings of its own. */

const COMMON = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*'];

const PLUGIN = [...COMMON, '-g', '1337', '-d', '15020,15021,15090', '-o', '15020', '--cni-mode'];

/** Arguments of istio-iptables. source: istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml
 *  and cni/pkg/plugin/sidecar_redirect.go; who calls the plugin changes nothing */
export const PRESETS: Readonly<Record<string, readonly string[]>> = {
  init: [...COMMON, '-d', '15090,15021,15020'],
  cni: PLUGIN,
  multus: PLUGIN,
};
