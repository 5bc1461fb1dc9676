import { expect, it } from 'vitest';
import { withoutSecrets } from '../../src/app/laboratory/index.ts';

const kept = [
  'PATH',
  'HOME',
  'PWD',
  'OLDPWD',
  'LD_LIBRARY_PATH',
  'CUDA_HOME',
  'XAUTHORITY',
  'KEYBOARD',
  'RUNNER_TEMP',
  'CC',
];
const dropped = [
  'GITHUB_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_CACHE_URL',
  'INPUT_GITHUB-TOKEN',
  'NPM_TOKEN',
  'SSH_PRIVATE_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'DEPLOY_KEY',
  'OPENAI_APIKEY',
  'DB_PASSWD',
  'MYSQL_PWD',
  'PASSPHRASE',
  'PGPASSWORD',
  'GH_PAT',
  'SSH_AUTH_SOCK',
  'SENTRY_DSN',
];

it('leaves out of an environment what is, or looks like, a secret', () => {
  const environment = Object.fromEntries([...kept, ...dropped].map((name) => [name, '/value']));
  const address = {
    DATABASE_URL: 'postgres://joe:hunter2@db.example/x',
    HOMEPAGE: 'https://example.org/a:b@c',
  };
  expect(Object.keys(withoutSecrets({ ...environment, ...address, GONE: undefined }))).toEqual([
    ...kept,
    'HOMEPAGE',
  ]);
});
