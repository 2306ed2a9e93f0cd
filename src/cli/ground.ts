import { present } from '../model/present.ts';
import { type Ground, surveyGround } from '../session/start.ts';
import { type CommonValues, readCommonOptions } from './options.ts';

/** What holds here and now, for commands that run nothing. Throws what surveying throws, and USAGE. */
export async function groundOf(options: Readonly<Record<string, unknown>>): Promise<{
  readonly ground: Ground;
  readonly common: CommonValues;
}> {
  const common = readCommonOptions(options);
  const { env, actor, ticket, purpose, policy } = common;
  const ground = await surveyGround({
    ...present({ env, actor, ticket, purpose }),
    policy,
    debug: false,
    quiet: true,
    judgeApart: false,
    scripted: true,
  });
  return { ground, common };
}
