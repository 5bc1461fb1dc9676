export { findPullRequest } from './find-pull-request.ts';
export { ownLogin } from './own-login.ts';
export { readPullRequestLabels } from './pull-request-labels.ts';
export { readPullRequest } from './read-pull-request.ts';
export { createRestClient, type RestClient } from './rest-client.ts';
export type { RestFailure } from './rest-failure.ts';
