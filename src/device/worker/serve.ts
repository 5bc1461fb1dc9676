import type { Clock } from '../../measure/index.ts';
import type { NativeSearch } from '../../native/index.ts';
import type {
  ContentsNotice,
  ExpectedNotice,
  ExpectNotice,
  RequestEnvelope,
  ResponseEnvelope,
  WireFailure,
  WorkerRequest,
} from '../protocol.ts';
import { watchParent } from './parent-watch.ts';
import { installPolling } from './polling.ts';
import { openSession, type Session } from './session.ts';

const clock: Clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };

/** Exit status after a lost device: the parent starts a fresh process. */
const deviceLostStatus = 70;

const lossNoticeMs = 200;

function send(envelope: ResponseEnvelope | ExpectedNotice): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(envelope, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}

function isEnvelope(message: unknown): message is RequestEnvelope {
  return typeof message === 'object' && message !== null && 'id' in message && 'request' in message;
}

function isExpectNotice(message: unknown): message is ExpectNotice {
  return typeof message === 'object' && message !== null && 'expect' in message;
}

function isContentsNotice(message: unknown): message is ContentsNotice {
  return typeof message === 'object' && message !== null && 'contents' in message;
}

/**
 * Serves the device protocol to the process that forked this one, until it closes or disappears. The parent's process
 * id is the first argument.
 * @param search where Dawn is looked for
 */
export function serveWorker(search: NativeSearch): void {
  const parentPid = Number(process.argv[2]);
  if (process.send === undefined || !Number.isInteger(parentPid)) {
    process.stderr.write('This file is the GPU process of joulegate; joulegate starts it.\n');
    process.exitCode = 2;
    return;
  }
  watchParent(parentPid);
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C reaches the whole process group; the parent decides when this process ends.
  process.on('SIGINT', () => undefined);
  const polling = installPolling();
  let session: Session | null = null;
  const contents = new Map<string, Uint8Array>();

  async function respond(request: WorkerRequest): Promise<unknown> {
    if (request.kind === 'close') {
      session?.close();
      return null;
    }
    if (request.kind === 'open') {
      const opened = await openSession(request, { clock, polling, search, contents });
      session = opened.session;
      return opened.result;
    }
    if (session === null) throw new Error(`'${request.kind}' before 'open'`);
    const handled = session.handle(request).catch(async (error: unknown) => {
      // A lost device also makes pending calls fail, a moment before it is announced.
      await new Promise((resolve) => setTimeout(resolve, lossNoticeMs));
      throw error;
    });
    return session.loss.race<unknown>(handled, (reason) => {
      const message = `the device was lost: ${reason}`;
      const failure: WireFailure = { kind: 'device-lost', message, at: null };
      return { ok: false, failure };
    });
  }

  async function serve({ id, request }: RequestEnvelope): Promise<void> {
    // Waiting until it is sent: whatever happens from here on is this request's doing.
    await send({ id, begun: true });
    const response = await respond(request);
    await send({ id, response });
    if (request.kind === 'close') process.exit(0);
    if (isLost(response)) process.exit(deviceLostStatus);
  }

  async function compileAhead({ expect }: ExpectNotice): Promise<void> {
    await session?.expect(expect);
    await send({ expected: expect.identity });
  }

  // A fault of ours, not of a variant, ends the process: its message reaches the parent through stderr.
  process.on('message', (message: unknown) => {
    if (isEnvelope(message)) void serve(message);
    else if (isExpectNotice(message)) void compileAhead(message);
    else if (isContentsNotice(message)) {
      if (message.forget) contents.clear();
      for (const [name, bytes] of message.contents) contents.set(name, bytes);
    }
  });
}

function isLost(response: unknown): boolean {
  return (
    typeof response === 'object' &&
    response !== null &&
    'failure' in response &&
    (response.failure as WireFailure).kind === 'device-lost'
  );
}
