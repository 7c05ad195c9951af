/** Rules of a proxy that no profile knows, with chains of its own; the same with the ports and the user of Istio's sidecar; and those
 *  without the exemption of the proxy, which loop. */
export const OWN_RULES = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:PROXY_IN - [0:0]
:PROXY_OUT - [0:0]
-A PREROUTING -p tcp -j PROXY_IN
-A OUTPUT -p tcp -j PROXY_OUT
-A PROXY_IN -p tcp -j REDIRECT --to-ports 12346
-A PROXY_OUT -m owner --uid-owner 900 -j RETURN
-A PROXY_OUT -p tcp -j REDIRECT --to-ports 12345
COMMIT
`;
export const MESH_RULES = OWN_RULES.replace('12346', '15006').replace('12345', '15001').replace('900', '1337');
export const LOOP_RULES = MESH_RULES.replace(/^.*--uid-owner.*\n/m, '');
