import { readFileSync } from 'node:fs';
import { runChild } from './children.ts';
import { isErrno } from './private-folder.ts';

/** Field 22 of proc_pid_stat(5), counted from the field after the command name. */
const START_TIME_FIELD = 19;

/** True when a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** What follows the command name in /proc/<pid>/stat; the name itself may hold spaces and parentheses. */
export function statFields(stat: string): readonly string[] {
  return stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
}

/**
 * When a process began, as an opaque text: with the pid it names one process for ever, although pids are used again.
 * Empty when there is no such process or the system does not tell.
 */
export function startTime(pid: number): string {
  if (process.platform !== 'linux')
    return runChild('ps', ['-o', 'lstart=', '-p', String(pid)])
      .stdout.toString()
      .trim();
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'))[START_TIME_FIELD] ?? '';
  } catch {
    return '';
  }
}
