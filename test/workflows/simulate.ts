import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { parse } from 'yaml';

/** What GitHub concludes of a job. */
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string | boolean;
  readonly 'runs-on': string | readonly string[];
  readonly 'continue-on-error'?: boolean;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, readonly unknown[]>> };
}

/** A job that GitHub starts: one for each combination of a matrix. */
export interface StartedJob {
  readonly name: string;
  /** Labels of the machine it goes to. */
  readonly runsOn: readonly string[];
  readonly matrix: Readonly<Record<string, unknown>>;
}

export interface Situation {
  readonly eventName: string;
  /** Action of the event, e.g. `closed`. */
  readonly action?: string;
  readonly event: Readonly<Record<string, unknown>>;
  /** Branch that the run is of. */
  readonly branch?: string;
  /** Whether somebody, or a newer run, cancelled the run before the first job ended. */
  readonly isCancelled?: boolean;
  /** What becomes of a job that is started and not cancelled. */
  readonly outcome: (job: StartedJob) => 'success' | 'failure';
  /** Outputs of jobs by name. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Events that start a workflow on a pull request unless it says otherwise. */
const defaultActions: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  merge_group: ['checks_requested'],
};

const statusFunctions = ['success', 'failure', 'cancelled', 'always'] as const;

type Status = Readonly<Record<(typeof statusFunctions)[number], boolean>>;

/** The value of an expression, by GitHub's own evaluator. */
function evaluate(expression: string, contexts: Readonly<Record<string, unknown>>, status: Status): unknown {
  const functions = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(status[name]),
  }));
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const value = new Evaluator(tree, context, new Map(functions.map((one) => [one.name, one]))).evaluate();
  return JSON.parse(JSON.stringify(value, data.replacer) ?? 'null');
}

const inner = (text: string): string | null => /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? null;

function combinations(matrix: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown>[] {
  return Object.entries(matrix).reduce<Record<string, unknown>[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}

function isStarted(on: unknown, { eventName, action }: Situation): boolean {
  const events = typeof on === 'string' ? { [on]: null } : Array.isArray(on) ? on : (on as object);
  if (Array.isArray(events)) return events.includes(eventName) && isDefault(eventName, action);
  if (!Object.hasOwn(events, eventName)) return false;
  const settings = (events as Record<string, { types?: readonly string[] } | null>)[eventName];
  return settings?.types === undefined ? isDefault(eventName, action) : settings.types.includes(action ?? '');
}

function isDefault(eventName: string, action: string | undefined): boolean {
  return action === undefined || (defaultActions[eventName] ?? [action]).includes(action);
}

/** A matrix is what the worst of its jobs is; GitHub takes `failure` before `cancelled`. */
function worst(conclusions: readonly Conclusion[]): Conclusion {
  const order: readonly Conclusion[] = ['failure', 'cancelled', 'skipped', 'success'];
  return order.find((one) => conclusions.includes(one)) ?? 'success';
}

/**
 * What GitHub concludes of each job of a workflow, by its rules: a job without `if`, or with one that asks for no status, waits
 * for the success of all that it needs, and is skipped without it.
 * @returns null where the event does not start the workflow: a required check then waits for ever
 */
export function conclusionsOf(
  text: string,
  situation: Situation,
): Readonly<Record<string, Conclusion>> | null {
  const workflow = parse(text) as { on: unknown; jobs: Readonly<Record<string, Job>> };
  if (!isStarted(workflow.on, situation)) return null;
  const { eventName, event, isCancelled = false, outputs = {} } = situation;
  const results: Record<string, Conclusion> = {};
  const github = {
    event_name: eventName,
    event,
    repository: 'octo/kernels',
    ref: 'refs/x',
    ref_name: situation.branch ?? 'x',
  };
  const ancestors = (name: string): string[] =>
    [workflow.jobs[name]?.needs ?? []].flat().flatMap((one) => [one, ...ancestors(one)]);
  const conclude = (name: string, job: Job): Conclusion => {
    const above = ancestors(name).map((one) => results[one]!);
    const status: Status = {
      success: !isCancelled && above.every((result) => result === 'success'),
      failure: !isCancelled && above.includes('failure'),
      cancelled: isCancelled,
      always: true,
    };
    const needs = Object.fromEntries(
      [job.needs ?? []].flat().map((one) => [one, { result: results[one], outputs: outputs[one] ?? {} }]),
    );
    const contexts = { github, needs, vars: {}, inputs: {} };
    const condition = String(job.if ?? 'success()');
    const expression = inner(condition) ?? condition;
    const asksStatus = statusFunctions.some((one) => new RegExp(`\\b${one}\\s*\\(`).test(expression));
    const applies = Boolean(evaluate(expression, contexts, status)) && (asksStatus || status.success);
    if (!applies) return isCancelled && job.if === undefined ? 'cancelled' : 'skipped';
    // A cancelled run ends what has begun; only `always()` begins anything after that.
    if (isCancelled && !/\balways\s*\(/.test(expression)) return 'cancelled';
    return worst(
      combinations(job.strategy?.matrix ?? {}).map((matrix) => {
        const machine = job['runs-on'];
        const written = typeof machine === 'string' ? inner(machine) : null;
        const labels = written === null ? machine : evaluate(written, { ...contexts, matrix }, status);
        return situation.outcome({ name, runsOn: [labels as string | string[]].flat(), matrix });
      }),
    );
  };
  for (const [name, job] of Object.entries(workflow.jobs)) results[name] = conclude(name, job);
  return results;
}

/** Whether branch protection is satisfied by a conclusion: a skipped job counts as passed. */
export function isPassed(conclusion: Conclusion): boolean {
  return conclusion === 'success' || conclusion === 'skipped';
}
