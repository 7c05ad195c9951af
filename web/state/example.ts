/** Rules to begin with, each with a packet that is worth a look. */
import type { PageState } from './pageState.ts';

export interface PageExample {
  readonly title: string;
  readonly state: Pick<PageState, 'file' | 'rules' | 'packet'> & Partial<PageState>;
}
