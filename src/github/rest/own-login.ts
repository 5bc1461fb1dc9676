import type { RestClient } from './rest-client.ts';

/** Whom GITHUB_TOKEN comments as. */
const defaultLogin = 'github-actions[bot]';

/**
 * The login that this token's comments have. `GET /user` is closed to the tokens of apps, GITHUB_TOKEN among them, so
 * GraphQL's `viewer` is asked, which knows them as `name[bot]` too. Tokens that it does not answer count as GITHUB_TOKEN.
 * @throws what octokit throws if the server cannot be reached: taking the wrong author for ours would make a duplicate
 */
export async function ownLogin(client: RestClient): Promise<string> {
  try {
    const { viewer } = await client.octokit.graphql<{ viewer?: { login?: unknown } }>(
      'query { viewer { login } }',
    );
    return typeof viewer?.login === 'string' ? viewer.login : defaultLogin;
  } catch (error) {
    // GraphQL's own errors come with status 200 and carry no HTTP status of their own.
    if ((error as Error).name === 'GraphqlResponseError') return defaultLogin;
    const { kind } = client.explain(error);
    if (kind === 'unreachable' || kind === 'busy') throw error;
    return defaultLogin;
  }
}
