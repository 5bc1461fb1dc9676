import { type Report, readReport } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from './open-manifest.ts';

/** Reads a report that an earlier run wrote. @throws JoulegateError bad-input for an unreadable one */
export function loadReport(host: Host, path: string): Report {
  return readReport(absolutePath(host, path));
}
