/** Whether everything is to be tried (`npm run test:full`), or a sample of what is tried many times over (`npm test`). */
export const isFull = process.env.JOULEGATE_TESTS === 'full';
