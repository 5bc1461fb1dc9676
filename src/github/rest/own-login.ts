import type { RestClient } from './rest-client.ts';

/** What an identity question answered; null where the server does not answer it for this token. */
async function asked(client: RestClient, question: () => Promise<unknown>): Promise<string | null> {
  try {
    const login = await question();
    return typeof login === 'string' && login !== '' ? login : null;
  } catch (error) {
    // GraphQL's own errors come with status 200 and carry no HTTP status of their own.
    if ((error as Error).name === 'GraphqlResponseError') return null;
    const { kind } = client.explain(error);
    if (kind === 'unreachable' || kind === 'busy') throw error;
    return null;
  }
}

/**
 * The login that this token's comments have, as far as the server tells. GraphQL's `viewer` knows the tokens of apps,
 * GITHUB_TOKEN among them, as `name[bot]`; `GET /user` knows people, and answers where there is no GraphQL.
 * @returns null where neither is answered: then what the server says about a comment of ours tells
 * @throws what octokit throws if the server cannot be reached: taking the wrong author for ours would make a duplicate
 */
export async function ownLogin(client: RestClient): Promise<string | null> {
  const { octokit } = client;
  const viewer = await asked(client, async () => {
    const answer = await octokit.graphql<{ viewer?: { login?: unknown } }>('query { viewer { login } }');
    return answer.viewer?.login;
  });
  return (
    viewer ?? asked(client, async () => (await octokit.rest.users.getAuthenticated()).data.login as unknown)
  );
}
