import type { RepositoryQuestion } from './repository.ts';
import { runGit } from './run-git.ts';

/** The tag that what is checked out descends from by the shortest way; null if there is none, or none was fetched. */
export function latestTag({ root, environment }: RepositoryQuestion): string | null {
  const result = runGit({ folder: root, environment, args: ['describe', '--tags', '--abbrev=0'] });
  const tag = result.stdout.toString('utf8').trim();
  return result.ok && tag !== '' && tag.length <= 200 ? tag : null;
}
