import { expect, it } from 'vitest';
import { guarded, project, pullRequestTo, setTrap } from './support.ts';

/** Settings of the repository itself that make git run a program. */
const settings = ['core.fsmonitor', 'diff.external', 'core.pager', 'core.editor', 'gpg.program'];

it('runs no program that the repository’s own settings name', async () => {
  const trap = setTrap();
  const place = pullRequestTo(project('fine'), { 'README.md': 'more' });
  for (const setting of settings) place.git('config', setting, trap.command);
  const ended = await guarded(place.folder, '--base', 'main');
  expect(ended).toMatchObject({ status: 0, report: { kernels: [{ verdict: 'identical' }] } });
  expect(trap.hasSprung()).toBe(false);
  // The trap is a good one: git itself walks into it.
  place.git('status');
  expect(trap.hasSprung()).toBe(true);
});
