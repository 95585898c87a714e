/** What is asked of the service about one draft, and what its answers tell. */

import { ask, exchange, Refused, Unreachable } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { plain, type Answers } from "./answers";
import type { Draft, Told } from "./saving";
import { inTheNameOf } from "./whose";

const LONG = 30_000;
const soon = () => AbortSignal.timeout(LONG);
const of = (draftId: string) => ({ path: { draftId } });

async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") throw new Unreachable();
    throw error;
  }
}

const meets = (error: unknown, status: number, slug?: string): error is Refused =>
  error instanceof Refused && error.status === status && (!slug || error.slug === slug);

/** Whether the service may have done what it did not say it did. */
const mayHaveDone = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && error.status >= 500);

export type Outcome = { news: Told; error: unknown };

/** Look at what the service has. */
export async function look(owner: string, id: string): Promise<Outcome> {
  try {
    const data = await answered(ask(inTheNameOf(owner, () => api.GET("/drafts/{draftId}", { params: of(id), signal: soon() }))));
    return { news: theirs(data), error: null };
  } catch (error) {
    if (meets(error, 404)) return { news: { kind: "none" }, error };
    if (meets(error, 409, "draft-already-sent")) return { news: { kind: "sent" }, error };
    throw error;
  }
}

function theirs({ answers, version, savedAt, savedBy }: Schemas["DraftAnswer"]): Told {
  return { kind: "theirs", answers: plain(answers), version, savedAt, savedBy: savedBy.name };
}

/** What was answered; the rest is left out. */
const said = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(plain(answers)).filter(([, value]) => value !== null));

/** Save what stands here on top of the version that is known; `error` says why that did not go. */
export async function put(owner: string, id: string, draft: Draft): Promise<Outcome> {
  const answers = plain(draft.mine);
  const body = said(answers);
  const header = draft.version ? { "If-Match": `"${draft.version}"` } : { "If-None-Match": "*" };
  const question = () => api.PUT("/drafts/{draftId}", { params: { ...of(id), header }, body, signal: soon() });
  try {
    const { version, savedAt } = await answered(ask(inTheNameOf(owner, question)));
    return { news: { kind: "kept", answers, version, savedAt }, error: null };
  } catch (error) {
    if (meets(error, 404)) return { news: { kind: "none" }, error };
    if (meets(error, 412)) return { news: { kind: "overtaken" }, error };
    if (meets(error, 409, "draft-already-sent")) return { news: { kind: "sent" }, error };
    if (mayHaveDone(error)) return { news: { kind: "lost" }, error };
    throw error;
  }
}

/** Send it as an intake. The key follows from the draft, so whatever is repeated is sent once. */
export async function post(owner: string, id: string, answers: Answers, draftVersion: number): Promise<string> {
  const body = { ...said(answers), draftId: id, draftVersion } as Schemas["NewIntakeIn"];
  const header = { "Idempotency-Key": `draft-${id}` };
  const question = () => api.POST("/intakes", { params: { header }, body, signal: soon() });
  return (await answered(ask(inTheNameOf(owner, question)))).id;
}

/** Throw it away; that it is gone already is as good. */
export async function remove(owner: string, id: string): Promise<void> {
  try {
    await answered(exchange(inTheNameOf(owner, () => api.DELETE("/drafts/{draftId}", { params: of(id), signal: soon() }))));
  } catch (error) {
    if (!meets(error, 404)) throw error;
  }
}
