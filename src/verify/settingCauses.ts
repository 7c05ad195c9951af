import type { Causes } from '../istio/podRules/causes.ts';
import type { WrittenSetting } from '../istio/podRules/written.ts';

/** Without `enough` it is the step that decided that nobody captures the pod: how to change its mind was not tried. */
export type SettingCauses = Pick<Causes<WrittenSetting>, 'settings'> & Partial<Pick<Causes<WrittenSetting>, 'enough'>>;
