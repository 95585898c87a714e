/** The API, with the types of its own document: a renamed field breaks the build. */

import createClient from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

export const api = createClient<paths>({ baseUrl: "/v1", credentials: "same-origin" });
