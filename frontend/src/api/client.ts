/** The API, with the types of its own document: a renamed field breaks the build. */

import createClient from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** JSON only, which is given unasked; for other forms of an answer see `file`. */
export const api = createClient<paths, "application/json">({ baseUrl: "/v1", credentials: "same-origin" });
