/** Asking the API: an answer, a problem (RFC 9457), or nobody there. */

import type { Schemas } from "./client";

export type Problem = Schemas["Problem"];

type Exchange<T> = { data?: T; error?: unknown; response: Response };

/** The API refused, or failed; `problem.type` ends in a stable slug (docs/problems.md). */
export class Refused extends Error {
  readonly slug: string;

  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    readonly response: Response,
  ) {
    super(problem?.title ?? `HTTP ${status}`);
    this.slug = problem?.type.split("/").at(-1) ?? "";
  }
}

/** No answer came: there is no connection, or nothing listens. */
export class Unreachable extends Error {}

/** The sign-in has lapsed, and whoever was asked to sign in again did not, or not yet. */
export class NotSignedIn extends Error {}

type SignInAgain = () => Promise<void>;
let signInAgain: SignInAgain | null = null;

/** Say what to do when the sign-in has lapsed; what was asked is then asked once more. */
export function whenLapsed(renew: SignInAgain | null): void {
  signInAgain = renew;
}

/**
 * Ask, and return what was answered with its headers.
 *
 * Given a function and not a promise, because what met a lapsed sign-in is asked again.
 * Throws Refused, Unreachable and NotSignedIn; an AbortError goes on as it is.
 */
export async function exchange<T>(
  call: () => Promise<Exchange<T>>,
): Promise<{ data: T; response: Response }> {
  let answered = await sent(call);
  if (answered.response.status === 401 && signInAgain) {
    await signInAgain();
    answered = await sent(call);
  }
  const { data, error, response } = answered;
  if (!response.ok) throw new Refused(response.status, readProblem(error), response);
  return { data: data as T, response };
}

/** Ask, and return what was answered. See `exchange`. */
export async function ask<T>(call: () => Promise<Exchange<T>>): Promise<T> {
  return (await exchange(call)).data;
}

async function sent<T>(call: () => Promise<Exchange<T>>): Promise<Exchange<T>> {
  try {
    return await call();
  } catch (error) {
    // fetch tells that nobody answered with a TypeError.
    if (error instanceof TypeError) throw new Unreachable();
    throw error;
  }
}

function readProblem(error: unknown): Problem | null {
  return typeof error === "object" && error !== null && "type" in error ? (error as Problem) : null;
}
