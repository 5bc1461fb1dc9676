import { join } from 'node:path';
import { setOutputs } from '../../../github/index.ts';
import { renderHistory } from '../../../report/index.ts';
import { type KeptState, writeFileAtomic } from '../../../store/index.ts';
import { historyOf } from '../../history/index.ts';
import { optionalNow } from '../../optional.ts';
import { type ModeTask, reportFolderOf } from '../mode-task.ts';

/** Folder of the page beside the report, as a host of pages takes it. */
const pageFolder = 'history';

/**
 * Writes the history of the nights as a page, and says where by the output `history`.
 * @param states with this night; null: what is kept could not be read, so that a page would lack all nights before
 * @returns path of the page; null without one, which is said
 */
export function writeNightPage(task: ModeTask, states: readonly KeptState[] | null): string | null {
  const { host, commands, runner } = task;
  const warn = (text: string) => commands.warning(text);
  if (states === null) {
    warn('What is kept could not be read: there is no page of the history.');
    return null;
  }
  return optionalNow({ cost: 'there is no page of the history', otherwise: null, warn }, () => {
    const history = historyOf(states, { at: host.now(), version: host.version });
    if (history.series.length === 0) return null;
    const folder = join(reportFolderOf(runner), pageFolder);
    const path = join(folder, 'index.html');
    writeFileAtomic(path, renderHistory(history));
    setOutputs(commands, { history: folder });
    return path;
  });
}
