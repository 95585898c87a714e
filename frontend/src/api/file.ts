/** Asking the API for a file: the same address as the JSON, by what is accepted. */

import { exchange } from "./ask";

/** Ask for `path` (under /v1) as this media type. Throws what `exchange` throws. */
export async function file(path: string, accept: string): Promise<Blob> {
  const { data } = await exchange<Blob>(async () => {
    const response = await fetch(`/v1${path}`, { headers: { Accept: accept }, credentials: "same-origin" });
    if (response.ok) return { data: await response.blob(), response };
    const problem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
    return { error: problem ? await response.json() : null, response };
  });
  return data;
}
