export { nightOf, withAnchors, withHistory, withNight } from './night/index.ts';
export { runPost } from './post.ts';
export { runAction } from './run-action.ts';
