import { delimiter } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { adapterError, adapterNextStep } from '../adapter-problem.ts';
import type { DeviceChoice } from '../device-choices.ts';
import { GpuProcess } from '../process/index.ts';
import type { OpenResult } from '../protocol.ts';
import type { DriverChoice, Environment } from './choice.ts';
import { namedDriver, workerEnvironment } from './environment.ts';
import {
  findSwiftshaderArchive,
  type SwiftshaderFiles,
  swiftshaderPackage,
  unpackSwiftshader,
} from './swiftshader.ts';

/** Where to look for a driver. */
export interface DriverSearch {
  /** Path of the bundle that runs the GPU process; packages are looked for from there. */
  readonly workerPath: string;
  /** The caller's environment; drivers may be named there. */
  readonly environment: Environment;
  /** A folder that only this user can write to; made if it is not there. */
  readonly cacheFolder: string;
}

/** A way to a driver, and what came of it. */
export interface AdapterReport {
  readonly source: DriverChoice['source'];
  readonly description: string;
  /** null if this way could not even be tried. */
  readonly driver: DriverChoice | null;
  /** What was opened, or why nothing was. */
  readonly result: OpenResult;
  /** What would make this way work; null if it does. */
  readonly nextStep: string | null;
}

const probeMs = 30_000;

/** A way that works. */
type OpenedAdapter = AdapterReport & {
  readonly driver: DriverChoice;
  readonly result: OpenResult & { readonly ok: true };
};

/** Opens the best adapter of a driver in a process of its own and closes it again. */
async function probe(workerPath: string, driver: DriverChoice): Promise<OpenResult> {
  const process = new GpuProcess({ workerPath, environment: driver.environment });
  try {
    const exchange = await process.request('open', { adapterName: null, features: [] }, probeMs);
    if (exchange.status === 'answered') return exchange.response;
    return { ok: false, problem: 'no-device', message: exchange.message, adapters: [] };
  } finally {
    await process.close();
  }
}

async function report(
  workerPath: string,
  driver: DriverChoice,
): Promise<AdapterReport & { readonly driver: DriverChoice }> {
  const result = await probe(workerPath, driver);
  const { source, description } = driver;
  return {
    source,
    description,
    driver,
    result,
    nextStep: result.ok ? null : adapterNextStep(result),
  };
}

function startingDriver(environment: Environment): DriverChoice {
  const passed = workerEnvironment(environment);
  const name = namedDriver(passed);
  return name === null
    ? { source: 'system', description: "the system's drivers", environment: passed }
    : { source: 'environment', description: `${name}=${passed[name]}`, environment: passed };
}

const swiftshader = { source: 'swiftshader', description: 'SwiftShader, a software adapter' } as const;

function notHere(message: string, nextStep: string): AdapterReport {
  return {
    ...swiftshader,
    driver: null,
    result: { ok: false, problem: 'no-adapter', message, adapters: [] },
    nextStep,
  };
}

async function reportSwiftshader(search: DriverSearch): Promise<AdapterReport> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return notHere(
      'the packaged SwiftShader runs on Linux x64 only',
      "Use the system's GPU driver on this platform.",
    );
  }
  const archive = findSwiftshaderArchive(search.workerPath);
  if (archive === null) {
    return notHere(
      `the npm package ${swiftshaderPackage} is not installed`,
      `npm install --save-dev ${swiftshaderPackage}`,
    );
  }
  let files: SwiftshaderFiles;
  try {
    files = await unpackSwiftshader(archive, search.cacheFolder);
  } catch (error) {
    // Other adapters need no cache.
    if (!(error instanceof JoulegateError) || error.code !== 'cache-unwritable') throw error;
    return notHere(error.message, error.nextStep ?? '');
  }
  const { folder, manifest } = files;
  const passed = workerEnvironment(search.environment);
  const libraries = [folder, passed.LD_LIBRARY_PATH ?? ''].filter((path) => path !== '').join(delimiter);
  return report(search.workerPath, {
    source: 'swiftshader',
    description: `SwiftShader of ${swiftshaderPackage}, a software adapter`,
    environment: { ...passed, LD_LIBRARY_PATH: libraries, VK_DRIVER_FILES: manifest },
  });
}

/** What a way came to; whatever it throws is what came of it, and costs no other way its turn. */
async function tried(
  way: Pick<AdapterReport, 'source' | 'description'>,
  open: () => Promise<AdapterReport>,
): Promise<AdapterReport> {
  try {
    return await open();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const nextStep = error instanceof JoulegateError ? error.nextStep : null;
    const result = { ok: false, problem: 'no-adapter', message, adapters: [] } as const;
    return { ...way, driver: null, result, nextStep };
  }
}

/**
 * Every way to an adapter in the order of preference, each tried: what the environment names, else the system's drivers;
 * then SwiftShader. For `doctor`. Never throws.
 */
export async function listAdapters(search: DriverSearch): Promise<readonly AdapterReport[]> {
  const { workerPath, environment } = search;
  const system = { source: 'system', description: "the system's drivers" } as const;
  return [
    await tried(system, () => report(workerPath, startingDriver(environment))),
    await tried(swiftshader, () => reportSwiftshader(search)),
  ];
}

/**
 * The one of all ways to an adapter that a run takes: the first that works, but no other than the environment names. Where a
 * software adapter is wanted, the first that is one.
 * @returns null if there is none
 */
export function takenAdapter(reports: readonly AdapterReport[], choice: DeviceChoice): OpenedAdapter | null {
  const opened = reports.filter(isOpened);
  if (choice === 'software') return opened.find(({ result }) => result.info.software) ?? null;
  const [first] = reports;
  return first?.source === 'environment' && !first.result.ok ? null : (opened[0] ?? null);
}

function isOpened(report: AdapterReport): report is OpenedAdapter {
  return report.driver !== null && report.result.ok;
}

/**
 * The driver to use: the one the environment names, and no other; else the system's (a GPU before a software adapter);
 * else SwiftShader out of an npm package.
 * @throws JoulegateError (could-not-measure) if none gives an adapter; the message says what was tried.
 */
export async function findDriver(search: DriverSearch): Promise<DriverChoice> {
  const first = await report(search.workerPath, startingDriver(search.environment));
  if (first.result.ok) return first.driver;
  // Without Dawn no driver is any use.
  if (first.result.problem === 'no-dawn') throw adapterError(first.result);
  const reports: AdapterReport[] = [first];
  if (first.source !== 'environment') {
    const second = await reportSwiftshader(search);
    if (second.result.ok && second.driver !== null) return second.driver;
    reports.push(second);
  }
  const tried = reports.map(
    ({ description, result }) => `${description}: ${result.ok ? '' : result.message}`,
  );
  throw new JoulegateError('could-not-measure', `No GPU adapter was found. Tried ${tried.join('; ')}.`, {
    code: 'no-adapter',
    nextStep: reports.at(-1)?.nextStep ?? 'Run joulegate doctor.',
  });
}
