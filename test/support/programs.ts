import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where the examples of programs are. */
export const programsFolder = join(import.meta.dirname, '../../examples/programs');

/** Why a program cannot be tried here, said once; null if it can. */
export function missing(what: string, program: string, ...args: readonly string[]): string | null {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return null;
  } catch {
    const why = `${what} is not here: what needs it is skipped.`;
    console.warn(why);
    return why;
  }
}
