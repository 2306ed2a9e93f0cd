import { makeByteClean } from './line-settings.ts';

/**
 * Raw mode of the user's terminal for as long as this is not disposed. Left on every way out: dispose, `exit`
 * (also after process.exit and an uncaught error); Node itself resets the terminal at a fatal signal without a listener.
 */
export class RawMode implements Disposable {
  readonly #leaving = (): void => this.leave();
  readonly #suspend = (): void => this.#stop();
  readonly #entering = (): void => this.enter();
  #on = false;

  constructor() {
    process.on('exit', this.#leaving);
    // Before the error is printed, so that it does not come out as a staircase.
    process.on('uncaughtExceptionMonitor', this.#leaving);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#entering);
  }

  /** Also after the shell in front took the terminal and gave it back (SIGCONT). */
  enter(): void {
    if (this.#on) process.stdin.setRawMode(false);
    this.#on = true;
    process.stdin.setRawMode(true);
    makeByteClean(process.stdin.fd);
  }

  leave(): void {
    if (!this.#on) return;
    this.#on = false;
    try {
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone: nothing is left to restore.
    }
  }

  [Symbol.dispose](): void {
    this.leave();
    process.off('exit', this.#leaving);
    process.off('uncaughtExceptionMonitor', this.#leaving);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#entering);
  }

  /** Somebody stopped guard from outside: the shell gets its terminal as it was. */
  #stop(): void {
    this.leave();
    process.kill(process.pid, 'SIGSTOP');
  }
}
