import { JoulegateError } from '../errors/index.ts';

/** Refuses sources that a filter of git changes on their way to the disk, as Git LFS does. */
export function filtered(path: string, filter: string): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `${path} passes through the git filter '${filter}', so a commit does not hold what is on disk`,
    {
      code: 'source-not-in-git',
      nextStep: 'Keep what programs are built from in git as it is, or have the program fetch it.',
    },
  );
}
