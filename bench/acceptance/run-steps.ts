import type { Step, Unit, UnitContext } from './context.ts';
import { asTyped, joulegate } from './joulegate.ts';
import type { LedgerFile } from './ledger.ts';
import type { Sizes } from './sizes.ts';

/** A unit that fails this often is left alone until somebody names its step. */
const attempts = 2;

interface Run {
  readonly file: LedgerFile;
  readonly out: string;
  readonly sizes: Sizes;
  readonly deadlineMs: number;
  readonly laboratory: readonly string[];
  readonly say: (line: string) => void;
  readonly onUnit: () => void;
}

/** Arguments that choose adapter and meter are for commands that use them. */
const usesLaboratory = ['doctor', 'record', 'retune', 'guard'];

function contextOf(run: Run, unit: Unit, commands: string[]): UnitContext {
  const deadlineMs = Math.min(run.deadlineMs, performance.now() + unit.seconds * 1000);
  const start: UnitContext['joulegate'] = async (folder, args) => {
    const needs = usesLaboratory.includes(args[0] ?? '') && !args.includes('replay') && args[1] !== '--json';
    const whole = needs
      ? [...args, ...run.laboratory.filter((_, i, all) => !isRepeated(args, all, i))]
      : args;
    commands.push(asTyped(whole, folder));
    run.say(`  $ ${asTyped(whole, folder)}`);
    return joulegate({ args: whole, folder, deadlineMs, say: run.say });
  };
  return {
    ledger: run.file.ledger,
    out: run.out,
    deadlineMs,
    sizes: run.sizes,
    joulegate: start,
    async json<T>(folder: string, args: readonly string[], statuses: readonly number[] = [0]) {
      const ran = await start(folder, [...args, '--json']);
      const error = ran.error.indexOf('joulegate: error:');
      // A status that a report may have as well says nothing of whether there is one.
      if (ran.status === null || !statuses.includes(ran.status) || error >= 0) {
        const said = ran.error.slice(error).trim();
        throw new Error(`ended with status ${ran.status}${ran.stopped ? ', stopped by time' : ''}: ${said}`);
      }
      return JSON.parse(ran.output) as T;
    },
  };
}

/** Whether an option pair of the laboratory is given by the unit itself. */
function isRepeated(args: readonly string[], laboratory: readonly string[], at: number): boolean {
  const option = laboratory[at - (at % 2)] as string;
  return args.includes(option);
}

async function runUnit(run: Run, step: Step, unit: Unit): Promise<void> {
  const commands: string[] = [];
  const startMs = performance.now();
  const kept = run.file.entry(step.name, unit.name);
  const end = (entry: { status: 'done' | 'partial' | 'failed'; error: string | null; data: unknown }) =>
    run.file.set(step.name, unit.name, {
      ...entry,
      at: new Date().toISOString(),
      seconds: (kept?.seconds ?? 0) + (performance.now() - startMs) / 1000,
      commands: [...new Set([...(kept?.commands ?? []), ...commands])],
    });
  try {
    const { data, complete } = await unit.run(contextOf(run, unit, commands));
    end({ status: complete ? 'done' : 'partial', error: null, data });
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, '; ');
    run.say(`  failed: ${message}`);
    end({ status: 'failed', error: message, data: kept?.data ?? null });
  }
}

/**
 * Runs what is left of every step. A unit that fails costs that unit; what the time does not reach is left to the next
 * call.
 * @returns the units that are not done
 */
export async function runSteps(steps: readonly Step[], run: Run): Promise<readonly string[]> {
  const failures = new Map<string, number>();
  const left: string[] = [];
  for (const step of steps) {
    run.say(`${step.name}: ${step.title}`);
    for (const unit of step.units({ sizes: run.sizes, ledger: run.file.ledger })) {
      const key = `${step.name}/${unit.name}`;
      for (;;) {
        const { status } = run.file.entry(step.name, unit.name) ?? { status: null };
        if (status === 'done') break;
        const secondsLeft = (run.deadlineMs - performance.now()) / 1000;
        if (secondsLeft < unit.leastSeconds || (failures.get(key) ?? 0) >= attempts) {
          left.push(key);
          break;
        }
        run.say(`  ${unit.name}`);
        await runUnit(run, step, unit);
        run.onUnit();
        const now = run.file.entry(step.name, unit.name)?.status;
        if (now === 'failed') failures.set(key, (failures.get(key) ?? 0) + 1);
        if (now === 'partial') {
          left.push(key);
          break;
        }
      }
    }
  }
  return left;
}
