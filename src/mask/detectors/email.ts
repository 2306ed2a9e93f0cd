import type { Detector } from '../detector.ts';

/** RFC 5321 mailbox as people use it: dot-atom, host name with an alphabetic top level. */
const MAILBOX =
  /(?<![\w.%+'/=-])[\w.%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w@-]|:[\w~/])/g;
/** Accounts of machines, and file endings that look like a top level (`icon@2x.png`, `getty@tty1.service`). */
const NOBODY = /^(?:git|hg|svn|noreply|no-reply|donotreply|do-not-reply|mailer-daemon|postmaster)@/i;
const NO_HOST =
  /\.(?:service|socket|timer|target|mount|slice|scope|device|path|png|jpe?g|gif|svg|webp|js|ts|tsx|mjs|cjs|py|rb|rs|go|sh|md|txt|json|ya?ml|toml|lock|html?|css|tgz|tar|gz|zip|so|local|internal|localdomain|lan)$/i;

export const email: Detector = {
  id: 'email',
  class: 'pii.email',
  shapes: [
    {
      regex: MAILBOX,
      accept: (value) => !NOBODY.test(value) && !NO_HOST.test(value),
      trigger: /@/,
    },
  ],
  style: 'keep',
  hits: ['mail jo.doe+x@clinic.example.org now', '<ana@example.com>', "o'neil@mail.example.co.uk"],
  misses: [
    'git@github.com:a/b.git',
    'icon@2x.png',
    'getty@tty1.service',
    'left-pad@1.3.0',
    'user@host',
    '@scope/pkg',
  ],
};
