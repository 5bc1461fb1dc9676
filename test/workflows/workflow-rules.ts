import { parseDocument } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly id?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on'?: unknown;
  readonly 'timeout-minutes'?: unknown;
  readonly permissions?: Permissions;
  readonly needs?: string | readonly string[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, unknown>> };
  readonly steps?: readonly Step[];
}

type Permissions = string | Readonly<Record<string, string>>;

/** GitHub's names of permissions; one that is misspelt gives nothing. */
const permissionNames = new Set([
  'actions',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
]);

/** Keys of a job that GitHub knows. */
const jobKeys = new Set([
  'concurrency',
  'container',
  'continue-on-error',
  'defaults',
  'env',
  'environment',
  'if',
  'name',
  'needs',
  'outputs',
  'permissions',
  'runs-on',
  'secrets',
  'services',
  'steps',
  'strategy',
  'timeout-minutes',
  'uses',
  'with',
]);
const stepKeys = new Set([
  'continue-on-error',
  'env',
  'id',
  'if',
  'name',
  'run',
  'shell',
  'timeout-minutes',
  'uses',
  'with',
  'working-directory',
]);

function permissionFaults(permissions: Permissions | undefined): string[] {
  if (permissions === undefined) return [];
  if (typeof permissions === 'string') return [];
  return Object.entries(permissions ?? {}).flatMap(([name, access]) => [
    ...(permissionNames.has(name) ? [] : [`there is no permission ${name}`]),
    ...(['read', 'write', 'none'].includes(access) ? [] : [`${name}: ${access} is no access`]),
  ]);
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: Permissions;
  readonly concurrency?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

/** Inputs and outputs of this action. */
export interface ActionFile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Both words are filled in by whoever copies the file, or by the release. */
const ownAction = /^OWNER\/joulegate@COMMIT$/;
const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

function mayWrite(permissions: Permissions | undefined): boolean {
  if (typeof permissions === 'string') return permissions !== 'read-all';
  return Object.values(permissions ?? {}).some((access) => access === 'write');
}

/** The version that a pinned action has is for people to read, and stands behind it. */
function pinFaults(text: string): string[] {
  return [...text.matchAll(/^.*\buses:\s*(\S+)(.*)$/gm)].flatMap(([, name = '', rest = '']) => {
    if (!pinned.test(name) && !ownAction.test(name)) return [`${name} is not pinned by commit`];
    return /^ # v\d+(\.\d+)*$/.test(rest) ? [] : [`${name} does not say its version`];
  });
}

function stepFaults(step: Step, action: ActionFile): string[] {
  const faults = Object.keys(step).flatMap((key) => (stepKeys.has(key) ? [] : [`a step has no ${key}`]));
  if ((step.uses === undefined) === (step.run === undefined)) faults.push('a step needs one of uses and run');
  if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false) {
    faults.push('checkout leaves the token in the clone');
  }
  if (step.run?.includes('${{')) faults.push('a script is put together from an expression');
  if (step.uses !== undefined && ownAction.test(step.uses)) {
    const unknown = Object.keys(step.with ?? {}).filter((name) => !Object.hasOwn(action.inputs, name));
    faults.push(...unknown.map((name) => `there is no input ${name}`));
  }
  return faults;
}

/** A job that its limit ends says nothing: measuring has to end some minutes before. */
function limitFaults({ uses, with: inputs }: Step, limit: number): string[] {
  const measures =
    uses !== undefined && ownAction.test(uses) && !['report', 'diff'].includes(String(inputs?.mode));
  if (!measures) return [];
  return Number(inputs?.['max-minutes']) <= limit - 5 ? [] : ['measures until the job is killed'];
}

function jobFaults(job: Job, action: ActionFile): string[] {
  const faults = Object.keys(job).flatMap((key) => (jobKeys.has(key) ? [] : [`a job has no ${key}`]));
  faults.push(...permissionFaults(job.permissions));
  if (job['runs-on'] === undefined) faults.push('has no runs-on');
  if (job['timeout-minutes'] === undefined) faults.push('may run for six hours');
  const steps = job.steps ?? [];
  faults.push(...steps.flatMap((step) => limitFaults(step, Number(job['timeout-minutes']))));
  const runsForeignCode = steps.some(({ run = '' }) => /\bnpm (?:ci|install)\b|\.ci\/run/.test(run));
  if (mayWrite(job.permissions) && runsForeignCode) faults.push('installs packages and may write');
  return [...faults, ...steps.flatMap((step) => stepFaults(step, action))];
}

/** `steps.ID.outputs.NAME` and `needs.JOB.outputs.NAME` that lead nowhere. */
function referenceFaults(name: string, job: Job, workflow: Workflow, action: ActionFile): string[] {
  const text = JSON.stringify(job);
  const steps = [...text.matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)].flatMap(
    ([whole, id, output = '']) => {
      const step = job.steps?.find((candidate) => candidate.id === id);
      if (step === undefined) return [`${whole}: there is no step ${id}`];
      if (step.uses === undefined || !ownAction.test(step.uses)) return [];
      return Object.hasOwn(action.outputs, output) ? [] : [`${whole}: there is no output ${output}`];
    },
  );
  const jobs = [...text.matchAll(/\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g)].flatMap(
    ([whole, other = '', output = '']) => {
      const needed = [job.needs ?? []].flat().includes(other);
      const known = Object.hasOwn(workflow.jobs?.[other]?.outputs ?? {}, output);
      return needed && known ? [] : [`${whole} leads nowhere`];
    },
  );
  const matrix = [...text.matchAll(/\bmatrix\.([\w-]+)/g)].flatMap(([whole, key = '']) =>
    Object.hasOwn(job.strategy?.matrix ?? {}, key) ? [] : [`${whole} leads nowhere`],
  );
  const needed = [job.needs ?? []].flat().filter((other) => !Object.hasOwn(workflow.jobs ?? {}, other));
  const missing = needed.map((other) => `needs ${other}, which is not there`);
  return [...steps, ...jobs, ...matrix, ...missing].map((fault) => `${name}: ${fault}`);
}

/** Everything about a workflow that is not as it should be; empty if nothing is. */
export function workflowFaults(text: string, action: ActionFile): string[] {
  const document = parseDocument(text);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) return broken.map(({ message }) => message);
  const workflow = document.toJS() as Workflow;
  const faults = pinFaults(text);
  if (workflow.on === undefined) faults.push('nothing starts it');
  if (JSON.stringify(workflow.on ?? null).includes('pull_request_target')) {
    faults.push('pull_request_target gives a fork its rights');
  }
  if (workflow.concurrency === undefined) faults.push('has no concurrency');
  if (workflow.permissions === undefined) faults.push('takes whatever permissions the repository gives');
  const jobs = Object.entries(workflow.jobs ?? {});
  if (jobs.length === 0) faults.push('has no jobs');
  for (const [name, job] of jobs) {
    const effective = { ...job, permissions: job.permissions ?? workflow.permissions ?? 'write-all' };
    faults.push(...jobFaults(effective, action).map((fault) => `${name}: ${fault}`));
    faults.push(...referenceFaults(name, job, workflow, action));
  }
  return faults;
}

/** Scripts of this repository that a workflow runs. */
export function scriptsOf(text: string): string[] {
  return [
    ...new Set(
      [...text.matchAll(/(?:\bnode |run: )((?:scripts\/|\.ci\/)[\w./-]+)/g)].map(([, path]) => path!),
    ),
  ];
}

/** Every action with the commit it is pinned to. */
export function pinsOf(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/\buses:\s*([\w.-]+\/[\w./-]+)@([0-9a-f]{40})\b/g)].map(
    ([, name, commit]) => [name!, commit!] as const,
  );
}
