import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { getOctokit } from '@actions/github';
import { onTestFinished } from 'vitest';

type Rest = ReturnType<typeof getOctokit>['rest'];

/** Reply of GitHub's published API (OpenAPI, by way of octokit's types). */
type IssueComment = Awaited<ReturnType<Rest['issues']['createComment']>>['data'];
type User = NonNullable<IssueComment['user']>;

/** Who a token belongs to and what it may do. */
interface Account {
  readonly login: string;
  readonly mayWrite: boolean;
  /** Tokens of apps are refused `viewer` by some servers. */
  readonly hasViewer: boolean;
  /** Whom `viewer` names; `login` unless given. */
  readonly viewer?: string;
  /** Whether `GET /user` answers; not unless given. */
  readonly hasUser?: boolean;
  /** May make check runs; not unless given. */
  readonly mayCheck?: boolean;
}

/** What the server does instead of answering a request. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** The connection is closed: before the request is acted on, after it, or in the middle of the answer. */
  | 'cut'
  | 'cut-after'
  | 'cut-within'
  | 'never-answer';

interface PlannedFault {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
}

interface Pull {
  readonly number: number;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRepository: string | null;
  /** What one asked for by its number has besides; open, to main, without a merge commit unless given. */
  readonly state?: 'open' | 'closed';
  readonly baseRef?: string;
  readonly baseSha?: string;
  readonly baseRepository?: string;
  readonly mergeSha?: string;
}

/** A check run as it was asked for. */
interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly head_sha: string;
  readonly conclusion: string;
  readonly output: {
    readonly title: string;
    readonly summary: string;
    readonly annotations: readonly { readonly path: string; readonly annotation_level: string }[];
  };
}

/** An artifact of a run, and where its bytes are. */
interface RunArtifact {
  readonly runId: number;
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly address: string;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const documentation = 'https://docs.github.com/rest';

function problem(status: number, message: string, errors?: unknown): Reply {
  const body = {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: documentation,
    status,
  };
  return { status, body: { ...body, status: String(status) } };
}

function userOf(login: string, url: string): User {
  const own = `${url}/users/${login}`;
  return {
    login,
    id: 41898282,
    node_id: 'MDM6Qm90NDE4OTgyODI=',
    avatar_url: `${own}/avatar`,
    gravatar_id: '',
    url: own,
    html_url: own,
    followers_url: `${own}/followers`,
    following_url: `${own}/following{/other_user}`,
    gists_url: `${own}/gists{/gist_id}`,
    starred_url: `${own}/starred{/owner}{/repo}`,
    subscriptions_url: `${own}/subscriptions`,
    organizations_url: `${own}/orgs`,
    repos_url: `${own}/repos`,
    events_url: `${own}/events{/privacy}`,
    received_events_url: `${own}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}

/** A repository `octo/kernels` with pull requests and their comments, as GitHub's REST API shows it. */
export class GithubServer {
  url = '';
  /** `GET /repos/octo/kernels/issues/7/comments?page=2`, in order of arrival. */
  readonly requests: string[] = [];
  readonly accounts = new Map<string, Account>();
  readonly pulls: Pull[] = [];
  readonly artifacts: RunArtifact[] = [];
  readonly checkRuns: CheckRun[] = [];
  /** Labels by pull request. */
  readonly labels = new Map<number, readonly string[]>();
  readonly #comments = new Map<number, IssueComment[]>();
  readonly #faults: PlannedFault[] = [];
  #nextId = 1001;

  /** Comments of a pull request, oldest first. */
  comments(pullRequest: number): readonly { id: number; login: string; body: string }[] {
    return (this.#comments.get(pullRequest) ?? []).map(({ id, user, body = '' }) => ({
      id,
      login: user?.login ?? '',
      body,
    }));
  }

  addComment(pullRequest: number, login: string, body: string): number {
    const id = this.#nextId++;
    const issue = `${this.url}/repos/octo/kernels/issues/${pullRequest}`;
    const comment: IssueComment = {
      id,
      node_id: `IC_${id}`,
      url: `${this.url}/repos/octo/kernels/issues/comments/${id}`,
      html_url: `https://github.com/octo/kernels/pull/${pullRequest}#issuecomment-${id}`,
      issue_url: issue,
      body,
      user: userOf(login, this.url),
      created_at: '2025-06-01T12:00:00Z',
      updated_at: '2025-06-01T12:00:00Z',
      author_association: 'NONE',
    };
    this.#comments.set(pullRequest, [...(this.#comments.get(pullRequest) ?? []), comment]);
    return id;
  }

  removeComment(id: number): void {
    this.#delete(id);
  }

  /** The next request of this kind gets the fault, or the next `times`; call it again for the ones after. */
  failNext(method: string, path: RegExp, fault: Fault, times = 1): void {
    for (let i = 0; i < times; i++) this.#faults.push({ method, path, fault });
  }

  /** How many requests began like this. */
  count(start: string): number {
    return this.requests.filter((request) => request.startsWith(start)).length;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = request.method ?? '';
    const url = new URL(request.url ?? '', this.url);
    this.requests.push(`${method} ${request.url}`);
    const at = this.#faults.findIndex((one) => one.method === method && one.path.test(url.pathname));
    const fault = at === -1 ? null : (this.#faults.splice(at, 1)[0]?.fault ?? null);
    if (fault === 'never-answer') return;
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fault !== null && typeof fault === 'object') {
      const body = fault.body ?? problem(fault.status, 'as planned').body;
      send(response, { status: fault.status, headers: fault.headers ?? {}, body });
      return;
    }
    const token = /^token (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const reply = this.#route(method, url, token, Buffer.concat(chunks).toString());
    if (fault === 'cut-after') request.socket.destroy();
    else if (fault === 'cut-within') sendHalf(response, reply);
    else send(response, reply);
  }

  #route(method: string, url: URL, token: string, text: string): Reply {
    const account = this.accounts.get(token);
    if (account === undefined) return problem(401, 'Bad credentials');
    const route = `${method} ${url.pathname}`;
    const body = text === '' ? {} : (JSON.parse(text) as { body?: string });
    if (route === 'GET /user') {
      return account.hasUser === true
        ? { status: 200, body: userOf(account.login, this.url) }
        : problem(403, 'Resource not accessible by integration');
    }
    if (route === 'POST /graphql') return this.#viewer(account);
    if (route === 'GET /repos/octo/kernels/pulls') return this.#listPulls(url);
    const pull = /^GET \/repos\/octo\/kernels\/pulls\/(\d+)$/.exec(route);
    if (pull !== null) return this.#pull(Number(pull[1]));
    const artifacts =
      /^GET \/repos\/octo\/kernels\/actions\/(runs|artifacts)\/(\d+)\/(?:artifacts|zip)$/.exec(route);
    if (artifacts !== null) return this.#artifactsOf(artifacts[1] ?? '', Number(artifacts[2]));
    if (route === 'POST /repos/octo/kernels/check-runs') return this.#check(account, text);
    const checked = /^PATCH \/repos\/octo\/kernels\/check-runs\/(\d+)$/.exec(route);
    if (checked !== null) return this.#check(account, text, Number(checked[1]));
    const labels = /^GET \/repos\/octo\/kernels\/issues\/(\d+)\/labels$/.exec(route);
    if (labels !== null) {
      const named = (this.labels.get(Number(labels[1])) ?? []).map((name) => ({ name }));
      return this.#page(url, named);
    }
    const list = /^(GET|POST) \/repos\/octo\/kernels\/issues\/(\d+)\/comments$/.exec(route);
    const one = /^(PATCH|DELETE) \/repos\/octo\/kernels\/issues\/comments\/(\d+)$/.exec(route);
    if (list?.[1] === 'GET') return this.#page(url, this.#comments.get(Number(list[2])) ?? []);
    if (list === null && one === null) return problem(404, 'Not Found');
    if (!account.mayWrite) return problem(403, 'Resource not accessible by integration');
    if (one?.[1] === 'DELETE') return this.#delete(Number(one[2]));
    const fault = faultOfBody(body.body);
    if (fault !== null) return fault;
    const content = body.body ?? '';
    if (one !== null) return this.#edit(Number(one[2]), content);
    const id = this.addComment(Number(list?.[2]), account.login, content);
    return { status: 201, body: this.#find(id) };
  }

  /** GitHub's own bounds: 50 annotations a request, 65,535 characters of summary, a path for each annotation. */
  #check(account: Account, text: string, id?: number): Reply {
    if (account.mayCheck !== true) return problem(403, 'Resource not accessible by integration');
    const asked = JSON.parse(text) as CheckRun;
    const known = id === undefined ? undefined : this.checkRuns.find((one) => one.id === id);
    if (id !== undefined && known === undefined) return problem(404, 'Not Found');
    // An update adds annotations to those that are there.
    const all = [...(known?.output.annotations ?? []), ...(asked.output.annotations ?? [])];
    const run = { ...known, ...asked, output: { ...asked.output, annotations: all } };
    const { annotations, summary, title } = run.output;
    const isSound =
      annotations.length <= 50 &&
      summary.length <= 65_535 &&
      title !== '' &&
      annotations.every(({ path }) => path !== '' && !path.startsWith('/'));
    if (!isSound) return problem(422, 'Invalid request.');
    const html_url = 'https://github.com/octo/kernels/runs/1';
    if (known !== undefined) {
      this.checkRuns[this.checkRuns.indexOf(known)] = run;
      return { status: 200, body: { id: known.id, html_url } };
    }
    const made = { ...run, id: this.#nextId++ };
    this.checkRuns.push(made);
    return { status: 201, body: { id: made.id, html_url } };
  }

  #viewer({ login, hasViewer, viewer = login }: Account): Reply {
    if (hasViewer) return { status: 200, body: { data: { viewer: { login: viewer } } } };
    const error = { type: 'FORBIDDEN', message: 'Resource not accessible by integration', path: ['viewer'] };
    return { status: 200, body: { data: null, errors: [error] } };
  }

  #listPulls(url: URL): Reply {
    const [owner, branch] = (url.searchParams.get('head') ?? '').split(':');
    const found = this.pulls.filter(
      ({ headRepository, headBranch }) => headRepository?.split('/')[0] === owner && headBranch === branch,
    );
    const body = found.map(({ number, headSha, headBranch, headRepository }) => ({
      number,
      state: 'open',
      head: {
        ref: headBranch,
        sha: headSha,
        repo: headRepository === null ? null : { full_name: headRepository },
      },
    }));
    return this.#page(url, body);
  }

  #pull(number: number): Reply {
    const pull = this.pulls.find((one) => one.number === number);
    if (pull === undefined) return problem(404, 'Not Found');
    const { headSha, headBranch, headRepository, baseRef = 'main', baseSha = 'b'.repeat(40) } = pull;
    const { state = 'open', baseRepository = 'octo/kernels', mergeSha = null } = pull;
    const repo = headRepository === null ? null : { full_name: headRepository };
    const head = { ref: headBranch, sha: headSha, repo };
    const base = { ref: baseRef, sha: baseSha, repo: { full_name: baseRepository } };
    return { status: 200, body: { number, state, merge_commit_sha: mergeSha, head, base } };
  }

  #artifactsOf(what: string, id: number): Reply {
    if (what === 'artifacts') {
      const address = this.artifacts.find((artifact) => artifact.id === id)?.address;
      return address === undefined ? problem(410, 'Gone') : { status: 302, headers: { location: address } };
    }
    const artifacts = this.artifacts
      .filter(({ runId }) => runId === id)
      .map((artifact) => ({
        id: artifact.id,
        node_id: `A_${artifact.id}`,
        name: artifact.name,
        size_in_bytes: artifact.sizeBytes,
        expired: false,
        created_at: '2025-06-01T12:00:00Z',
        workflow_run: { id },
      }));
    return { status: 200, body: { total_count: artifacts.length, artifacts } };
  }

  /** Pages with `Link`, 30 a page unless asked, 100 at most. */
  #page(url: URL, all: readonly unknown[]): Reply {
    const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
    const page = Number(url.searchParams.get('page') ?? 1);
    const last = Math.max(1, Math.ceil(all.length / size));
    const link = (to: number, rel: string) => {
      const target = new URL(url);
      target.searchParams.set('page', String(to));
      return `<${target.href}>; rel="${rel}"`;
    };
    const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
    const headers: Record<string, string> = links.length === 0 ? {} : { link: links.join(', ') };
    return { status: 200, headers, body: all.slice((page - 1) * size, page * size) };
  }

  #find(id: number): IssueComment | undefined {
    return [...this.#comments.values()].flat().find((comment) => comment.id === id);
  }

  #edit(id: number, body: string): Reply {
    const comment = this.#find(id);
    if (comment === undefined) return problem(404, 'Not Found');
    comment.body = body;
    return { status: 200, body: comment };
  }

  #delete(id: number): Reply {
    if (this.#find(id) === undefined) return problem(404, 'Not Found');
    for (const [number, all] of this.#comments) {
      this.#comments.set(
        number,
        all.filter((comment) => comment.id !== id),
      );
    }
    return { status: 204 };
  }
}

/** GitHub refuses empty bodies and long ones, in the shape of its `validation-error`. */
function faultOfBody(body: string | undefined): Reply | null {
  if (body !== undefined && body !== '' && body.length <= 65_536) return null;
  const message = body ? 'body is too long (maximum is 65536 characters)' : 'body cannot be blank';
  const error = { resource: 'IssueComment', code: 'unprocessable', field: 'data', message };
  return problem(422, 'Validation Failed', [error]);
}

function send(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Half of what was announced, then nothing. */
function sendHalf(response: ServerResponse, { status, body }: Reply): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** Starts a server that is closed with the test. Its token `app-token` is a workflow's own. */
export async function startGithubServer(): Promise<GithubServer> {
  const github = new GithubServer();
  github.accounts.set('app-token', { login: 'github-actions[bot]', mayWrite: true, hasViewer: true });
  github.accounts.set('read-token', { login: 'github-actions[bot]', mayWrite: false, hasViewer: true });
  github.accounts.set('check-token', { ...github.accounts.get('app-token')!, mayCheck: true });
  const server = createServer((request, response) => {
    github.handle(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  github.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return github;
}
