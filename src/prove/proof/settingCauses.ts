import type { Causes } from '../../injection/podRules/causes.ts';
import type { WrittenSetting } from '../../injection/podRules/written.ts';

/** Without `enough` it is the step that decided that the pod is not captured: what would change that was not tried. */
export type SettingCauses = Pick<Causes<WrittenSetting>, 'settings'> & Partial<Pick<Causes<WrittenSetting>, 'enough'>>;
