/** One line of `guard doctor`. */
export interface DoctorFinding {
  /** What was looked at, in a word or two. */
  readonly about: string;
  readonly state: 'ok' | 'warn' | 'problem';
  readonly says: string;
  /** What to do; present where something can be done. */
  readonly instead?: string;
}

/** A part of the examination. It never throws: what it can't find out is a finding of its own. */
export type DoctorPart = () => readonly DoctorFinding[] | Promise<readonly DoctorFinding[]>;
