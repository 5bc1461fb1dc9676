export { runPost } from './post.ts';
export { runAction } from './run-action.ts';
