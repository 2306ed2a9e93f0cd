import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import { runProxy } from '../../session/proxy.ts';
import { startSession } from '../../session/start.ts';
import type { ProxyValues } from '../options.ts';
import { sessionRequest } from './session.ts';

/** `guard proxy postgres [options] -- TARGET`. */
export async function proxy(kind: string, target: readonly string[], options: ProxyValues): Promise<number> {
  if (kind !== 'postgres') {
    throw new GuardError('USAGE', `guard proxy knows postgres; not "${kind}"`, {
      hint: 'for example: guard proxy postgres -- postgresql://host/database',
    });
  }
  const started = await startSession(sessionRequest(options, true));
  const { listen, tokenFile, json } = options;
  return runProxy({ target, json, ...present({ listen, tokenFile }) }, started);
}
