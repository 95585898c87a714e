/**
 * Whose drafts these are. What one adviser wrote is never sent in the name of another who signed in
 * on the same device meanwhile.
 */

import { ask } from "../api/ask";
import { api } from "../api/client";

/** Another adviser has signed in here since. */
export class SomebodyElse extends Error {}

let known: string | null = null;
// Somebody else can only have signed in while this page was not being used.
let sure = false;
for (const event of ["blur", "focus", "pageshow"]) addEventListener(event, () => (sure = false));
document.addEventListener("visibilitychange", () => (sure = false));

/** Give the id of who is signed in; whoever is not, is asked to. Throws what `ask` throws. */
export async function whoIsHere(): Promise<string> {
  if (known === null) {
    known = (await ask(() => api.GET("/caller"))).id;
    sure = true;
  }
  return known;
}

/** Give the id of who is signed in, or null: without asking anybody to. */
export async function whoeverIsHere(): Promise<string | null> {
  if (known === null) {
    const { data } = await api.GET("/caller");
    known = data?.id ?? null;
    sure = known !== null;
  }
  return known;
}

/** Nobody is, from now on. */
export function nobodyIsHere(): void {
  known = null;
}

type Exchange<T> = { data?: T; error?: unknown; response: Response };

/** Make a question that is only asked in this adviser's name. */
export function inTheNameOf<T>(owner: string, question: () => Promise<Exchange<T>>): () => Promise<Exchange<T>> {
  return async () => {
    if (!sure) {
      const { data, error, response } = await api.GET("/caller");
      if (!data) return { error, response };
      if (data.id !== owner) throw new SomebodyElse();
      sure = true;
    }
    const answered = await question();
    // The sign-in lapsed: whoever signs in next may be another.
    if (answered.response.status === 401) sure = false;
    return answered;
  };
}
