/** The page with one more thing that it may do: hear from where it came. */
import { invariant } from '../../lib/invariant.ts';

export interface LivePage {
  readonly page: string;
  /** the same policy, for a header */
  readonly policy: string;
}

export function livePage(page: string): LivePage {
  const [whole, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
  invariant(whole !== undefined && policy !== undefined, 'the page has a policy');
  const live = `${policy}; connect-src 'self'`;
  const at = page.indexOf(whole);
  return {
    page: page.slice(0, at) + whole.replace(policy, () => live) + page.slice(at + whole.length),
    policy: `${live}; frame-ancestors 'none'`,
  };
}
