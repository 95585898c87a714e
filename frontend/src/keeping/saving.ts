/**
 * Keeping one draft on the server: what is known, what was told, and what is to be asked next.
 *
 * Pure: values in, values out. One request at a time; the latest answers win; a change of somebody
 * else is merged where that loses nothing, and is shown where it would.
 */

import { NOTHING, plain, same, sameAnswer, type Answers, type Field } from "./answers";
import { merge } from "./merge";

/** Theirs beside mine, which stands in the draft itself. */
export type Contest = {
  theirs: Answers;
  savedBy: string | null;
  savedAt: string | null;
  /** The version to build on once the adviser has chosen, and what it holds. */
  version: number;
  base: Answers;
};

export type Draft = {
  /** The last version the server told of; 0 when it has none. */
  version: number;
  savedAt: string | null;
  /** What that version holds. */
  base: Answers;
  /** What stands on the screen. */
  mine: Answers;
  /** What was sent on top of that version without an answer: the server may have it, or not. */
  tried: Answers[];
  /** Look at what the server has before saving, and why. */
  look: "lost" | "overtaken" | null;
  contest: Contest | null;
  /** It became an intake, or is no longer to be had. */
  end: "sent" | "gone" | null;
};

export type Told =
  | { kind: "kept"; answers: Answers; version: number; savedAt: string }
  | { kind: "theirs"; answers: Answers; version: number; savedAt: string; savedBy: string | null }
  | { kind: "none" }
  | { kind: "sent" }
  | { kind: "overtaken" }
  | { kind: "lost" };

export const NEW: Draft = {
  version: 0,
  savedAt: null,
  base: NOTHING,
  mine: NOTHING,
  tried: [],
  look: null,
  contest: null,
  end: null,
};

/** Whether something stands here that the server, as far as is known, does not have. */
export function isUnsent(draft: Draft): boolean {
  return draft.contest !== null || !same(draft.base, draft.mine);
}

/** What is to be asked of the server next. */
export function wants(draft: Draft): "look" | "put" | null {
  if (draft.contest || draft.end) return null;
  if (draft.look) return "look";
  return isUnsent(draft) ? "put" : null;
}

/** The adviser wrote something: meanwhile also in what is being chosen between, where both agreed. */
export function changed(draft: Draft, change: Partial<Answers>): Draft {
  const { contest } = draft;
  const mine = { ...draft.mine, ...change };
  if (!contest) return { ...draft, mine };
  const agreed = Object.entries(change).filter(([field]) => sameAnswer(field as Field, draft.mine, contest.theirs));
  return { ...draft, mine, contest: { ...contest, theirs: { ...contest.theirs, ...Object.fromEntries(agreed) } } };
}

/** What stands here is about to be sent: from now on the server may have it. */
export function trying(draft: Draft): Draft {
  if (draft.tried.some((one) => same(one, draft.mine))) return draft;
  return { ...draft, tried: [...draft.tried, plain(draft.mine)] };
}

/** The server told something; or did not, and then it may have done what was asked. */
export function told(draft: Draft, news: Told): Draft {
  switch (news.kind) {
    case "kept":
      // Nothing tried before can still be kept: it asked to replace an older version.
      return { ...draft, version: news.version, savedAt: news.savedAt, base: news.answers, tried: [], look: null };
    case "theirs":
      return brought(draft, news);
    case "none":
      return missing(draft);
    case "sent":
      return { ...draft, look: null, contest: null, end: "sent" };
    case "overtaken":
    case "lost":
      return { ...draft, look: news.kind };
  }
}

function brought(draft: Draft, { answers, version, savedAt, savedBy }: Told & { kind: "theirs" }): Draft {
  const known = { ...draft, version, savedAt, base: answers, look: null };
  if (version === draft.version && same(answers, draft.base)) return known;
  const theirs = draft.contest ? merge([draft.contest.base], draft.contest.theirs, answers).mine : answers;
  return together(draft, known, theirs, savedBy);
}

/** Bring `draft` onto `newer`, or put them beside each other when both changed one answer. */
function together(draft: Draft, newer: Draft, theirs: Answers, savedBy: string | null): Draft {
  const both = merge([draft.base, ...draft.tried], draft.mine, theirs);
  const { version, savedAt, base } = newer;
  if (!both.contested.length) return { ...newer, mine: both.mine, tried: [], contest: null };
  // What was common stays known until the adviser has chosen: what comes meanwhile merges anew.
  return { ...draft, mine: both.mine, look: null, contest: { theirs: both.theirs, savedBy, savedAt, version, base } };
}

/** It is not there: never was, or somebody threw away what now is the only copy. */
function missing(draft: Draft): Draft {
  const denied = draft.version === 0 && draft.look === "overtaken";
  const nothingToKeep = draft.version > 0 && !isUnsent(draft);
  if (denied || nothingToKeep) return { ...draft, look: null, end: "gone" };
  return { ...draft, version: 0, base: NOTHING, look: null, contest: null };
}

/** The adviser chose between two versions. */
export function resolved(draft: Draft, chosen: Answers): Draft {
  if (!draft.contest) return draft;
  const { version, savedAt, base } = draft.contest;
  return { ...draft, version, savedAt, base, mine: chosen, tried: [], look: null, contest: null };
}

/** Take in what a tab that was closed or killed left unsent on the device. */
export function inherited(draft: Draft, left: Draft): Draft {
  const [older, newer] = left.version > draft.version ? [draft, left] : [left, draft];
  const both = together({ ...older, contest: null }, newer, newer.mine, null);
  if (both.contest) return both;
  const contest = [newer.contest, older.contest].find((one) => one && one.version >= newer.version) ?? null;
  return { ...both, tried: older.version === newer.version ? [...older.tried, ...newer.tried] : newer.tried, contest };
}
