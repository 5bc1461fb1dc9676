import { manifestHash, readComment } from '../../report/index.ts';
import type { CommentRow } from '../../schema/index.ts';
import { ownLogin, type RestClient } from '../rest/index.ts';

/** A comment of ours on one manifest. */
export interface OwnComment {
  readonly id: number;
  readonly url: string;
  readonly rows: readonly CommentRow[];
}

/** Where comments are looked for, and of which manifest. */
export interface CommentPlaceTask {
  readonly client: RestClient;
  readonly pullRequest: number;
  readonly manifest: string;
}

/** Our own comments on a pull request. Who we are is asked once, and corrected by what the server says about a comment of ours. */
export class OwnComments {
  readonly #task: CommentPlaceTask;
  /** Lower case; undefined before it was asked, null if the server does not tell. */
  #author: string | null | undefined;
  #mayHaveMissed = false;

  constructor(task: CommentPlaceTask) {
    this.#task = task;
  }

  /** Comments of ours, oldest first; none as long as nobody knows who we are. All pages are read: ours may be behind a hundred others. */
  async list(): Promise<readonly OwnComment[]> {
    const { client, pullRequest, manifest } = this.#task;
    if (this.#author === undefined) this.#author = (await ownLogin(client))?.toLowerCase() ?? null;
    const wanted = manifestHash(manifest);
    const found: OwnComment[] = [];
    this.#mayHaveMissed = false;
    const pages = client.octokit.paginate.iterator(client.octokit.rest.issues.listComments, {
      ...client.repository,
      issue_number: pullRequest,
      per_page: 100,
    });
    for await (const { data } of pages) {
      for (const comment of data) {
        const content = readComment(comment.body ?? '');
        if (content?.manifestHash !== wanted) continue;
        // Anyone can copy the marker. Only what our own token wrote may be changed or removed.
        if (this.#author === null) this.#mayHaveMissed = true;
        else if (comment.user?.login.toLowerCase() === this.#author) {
          found.push({ id: comment.id, url: comment.html_url, rows: content.rows });
        }
      }
    }
    return found.sort((a, b) => a.id - b.id);
  }

  /** Whether the last list may lack comments of ours, because nobody knows who we are. */
  get mayHaveMissed(): boolean {
    return this.#mayHaveMissed;
  }

  /**
   * Posts a comment. Its author, as the server has it, is who we are from then on.
   * @returns where it is, and whether its author is news, so that older ones of ours may be there
   */
  async create(
    body: string,
  ): Promise<{ readonly id: number; readonly url: string; readonly isNewAuthor: boolean }> {
    const { client, pullRequest } = this.#task;
    const { data } = await client.octokit.rest.issues.createComment({
      ...client.repository,
      issue_number: pullRequest,
      body,
    });
    const author = data.user?.login.toLowerCase() ?? this.#author ?? null;
    const isNewAuthor = author !== this.#author;
    this.#author = author;
    return { id: data.id, url: data.html_url, isNewAuthor };
  }

  /** @returns whether it was there to be changed */
  async update(id: number, body: string): Promise<boolean> {
    const { client } = this.#task;
    return this.#ifThere(() =>
      client.octokit.rest.issues.updateComment({ ...client.repository, comment_id: id, body }),
    );
  }

  /** Removes a comment, unless another run was quicker. */
  async remove(id: number): Promise<void> {
    const { client } = this.#task;
    await this.#ifThere(() =>
      client.octokit.rest.issues.deleteComment({ ...client.repository, comment_id: id }),
    );
  }

  async #ifThere(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      return true;
    } catch (error) {
      if (this.#task.client.explain(error).kind === 'gone') return false;
      throw error;
    }
  }
}
