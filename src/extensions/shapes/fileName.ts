/** Names that the kernel turns into files under /proc, and others that are printed as they are. */
import { malformed, type Shape } from './shape.ts';

interface Names {
  readonly min: number;
  readonly max: number;
  /** what the kernel makes a file of, it wants to be a file name */
  readonly file: boolean;
}

function plainName({ min, max, file }: Names): Shape<string> {
  return {
    decode: ({ text }) => {
      const { length } = new TextEncoder().encode(text);
      if (length < min) return malformed('expected a name, found nothing');
      if (length > max) return malformed(`\`${text}\` is longer than ${max} bytes`);
      return file && (text.includes('/') || text === '.' || text === '..')
        ? { refused: 'not-loadable', message: `\`${text}\` cannot be the name of a file` }
        : { value: text };
    },
    print: (value) => value,
  };
}

/** of -m recent. kernel include/uapi/linux/netfilter/xt_recent.h XT_RECENT_NAME_LEN */
export const listName = plainName({ min: 1, max: 199, file: true });
/** of -m hashlimit. kernel include/uapi/linux/limits.h NAME_MAX */
export const tableNameShape = plainName({ min: 1, max: 254, file: true });
/** of -m nfacct. kernel include/uapi/linux/netfilter/nfnetlink_acct.h NFACCT_NAME_MAX */
export const accountName = plainName({ min: 1, max: 31, file: false });
/** of -m physdev */
export const portName = plainName({ min: 0, max: 15, file: false });
