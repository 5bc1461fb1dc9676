import { JoulegateError } from '../errors/index.ts';
import { askGit, type RepositoryQuestion, requireRepository } from './open-repository.ts';

/**
 * The tag that what is checked out descends from by the shortest way; null if there is none, none was fetched, or there
 * is no repository to ask.
 */
export function latestTag(question: RepositoryQuestion): string | null {
  try {
    const result = askGit(requireRepository(question), { args: ['describe', '--tags', '--abbrev=0'] });
    const tag = result.stdout.toString('utf8').trim();
    return result.ok && tag !== '' && tag.length <= 200 ? tag : null;
  } catch (error) {
    if (error instanceof JoulegateError) return null;
    throw error;
  }
}
