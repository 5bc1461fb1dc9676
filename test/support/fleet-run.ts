import { artifactName } from '../../src/github/index.ts';
import { zipOf } from '../hostile/zip-writer.ts';
import { type ActionRun, pullRequestEvent, runAction } from './action-run.ts';
import { type ActionsServices, startJob } from './actions-services.ts';
import { type GithubServer, startGithubServer } from './github-server.ts';

/** Commits of the pull request that a fleet measures. */
export const fleetCommits = { merge: 'c'.repeat(40), base: 'b'.repeat(40), head: 'a'.repeat(40) } as const;

/** One job of the run and what it left. */
export interface FleetJob {
  /** Names of files in its artifact, and what is in them; bytes are the artifact itself. */
  readonly left: Readonly<Record<string, string | Uint8Array>> | Buffer;
  readonly shard?: { readonly index: number; readonly count: number } | null;
  readonly device?: string;
  readonly attempt?: number;
  readonly manifest?: string;
}

export interface Fleet {
  /** Where the repository is checked out. */
  readonly workspace: string;
  readonly services: ActionsServices;
  readonly github: GithubServer;
  /** @returns the artifact's identifier */
  add(job: FleetJob): number;
  /** Runs a job, of pull request 7 unless told otherwise: the one with `mode: report` unless its inputs say so. */
  run(more?: Partial<Parameters<typeof runAction>[0]>): Promise<ActionRun>;
}

/** A run whose jobs have ended, and the services that the job which merges them talks to. */
export async function startFleet(): Promise<Fleet> {
  const job = await startJob();
  const github = await startGithubServer();
  const { services } = job;
  return {
    workspace: job.workspace,
    services,
    github,
    add({ left, shard = null, device = 'acme-one', attempt = 1, manifest = 'joulegate.yaml' }) {
      const name = artifactName({ kind: 'report', manifest, device, shard, attempt });
      const bytes = Buffer.isBuffer(left)
        ? left
        : zipOf(Object.entries(left).map(([file, content]) => ({ name: file, bytes: Buffer.from(content) })));
      return services.addArtifact(name, bytes);
    },
    run: ({ inputs, ...more } = {}) =>
      runAction({
        job,
        github,
        eventName: 'pull_request',
        event: pullRequestEvent(fleetCommits),
        sha: fleetCommits.merge,
        ref: 'refs/pull/7/merge',
        ...more,
        inputs: { mode: 'report', 'github-token': 'check-token', ...inputs },
      }),
  };
}

/** Without the characters that Markdown's own are escaped by, and its spaces that do not break. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '')
    .replaceAll('\u00a0', ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
