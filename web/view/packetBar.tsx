/** The packet, and what is said of the pod. */
import type { Ref } from 'preact';
import { MESH_TITLES, type PageState } from '../state/pageState.ts';
import type { Suggestion } from '../state/suggestions.ts';

export interface PacketBarProps {
  readonly state: PageState;
  readonly suggested: readonly Suggestion[];
  /** of manifests */
  readonly pods: readonly string[];
  readonly field: Ref<HTMLInputElement>;
  readonly onChange: (change: Partial<PageState>) => void;
}

export function PacketBar({ state, suggested, pods, field, onChange }: PacketBarProps) {
  return (
    <section class="bar" aria-label="Packet">
      <label class="packet">
        <span>packet</span>
        <input
          ref={field}
          type="text"
          spellcheck={false}
          autocomplete="off"
          list="packets"
          value={state.packet}
          aria-keyshortcuts="/"
          onInput={({ currentTarget }) => onChange({ packet: currentTarget.value })}
        />
      </label>
      <datalist id="packets">
        {suggested.map(({ label, packet }) => (
          <option key={label} value={packet}>
            {label}
          </option>
        ))}
      </datalist>
      <div class="chips">
        {suggested.map(({ label, packet }) => (
          <button key={label} type="button" aria-pressed={state.packet === packet} onClick={() => onChange({ packet })}>
            {label}
          </button>
        ))}
      </div>
      <div class="setting">
        <label>
          <span>pod IP</span>
          <input
            type="text"
            size={14}
            spellcheck={false}
            autocomplete="off"
            placeholder="assumed"
            value={state.podIp}
            onInput={({ currentTarget }) => onChange({ podIp: currentTarget.value })}
          />
        </label>
        <label>
          <span>mesh</span>
          <select value={state.mesh} onChange={({ currentTarget }) => onChange({ mesh: currentTarget.value as PageState['mesh'] })}>
            {Object.entries(MESH_TITLES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>family</span>
          <select value={state.family} onChange={({ currentTarget }) => onChange({ family: currentTarget.value as PageState['family'] })}>
            <option value="">auto</option>
            <option value="4">IPv4</option>
            <option value="6">IPv6</option>
          </select>
        </label>
        {pods.length > 0 && (
          <label>
            <span>pod</span>
            <select
              value={pods.includes(state.pod) ? state.pod : pods[0]}
              onChange={({ currentTarget }) => onChange({ pod: currentTarget.value })}
            >
              {pods.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </section>
  );
}
