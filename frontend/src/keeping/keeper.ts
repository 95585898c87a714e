/** One draft in this tab: keeps it on the device at once and on the server soon, and sends it. */

import { NotSignedIn, Refused, Unreachable, type Problem } from "../api/ask";
import { NOTHING, type Answers } from "./answers";
import { forget, keep, type Record } from "./device";
import type { Kept, Saved, Sent } from "./kept";
import { resolved, isUnsent, trying } from "./saving";
import { accepted, EMPTY, givenBack, learned, mustStay, next, NOT_THERE, OVERTAKEN, refused, rewritten, sendOff, takenOver, type Held, type Refusal } from "./sending";
import { alive, tab, tell } from "./tabs";
import { wait } from "./waiting";
import { SomebodyElse } from "./whose";
import { look, post, put, remove } from "./wire";

/** After the last key, in milliseconds. */
const QUIET = 800;

/** What the device does not have yet: the browser asks before it leaves them. */
const unwritten = new Set<Keeper>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export class Keeper {
  #held: Held = EMPTY;
  #phase: "loading" | "ready" | "failed" = "loading";
  #closed = false;
  /** The tabs that are gone whose copy is still on the device. */
  #inherited: string[] = [];
  #trouble: unknown = null;
  #failures = 0;
  #going: Promise<void> | null = null;
  #writing = 0;
  #stored = false;
  #told = "";
  #onDevice = true;
  #typing: number | undefined;
  #retry: number | undefined;
  #shown: Kept;
  readonly #viewers = new Set<(kept: Kept) => void>();

  constructor(
    readonly owner: string,
    readonly id: string,
    readonly published: () => void,
  ) {
    this.#shown = this.#show();
  }

  get held(): Held {
    return this.#held;
  }

  get isSeen(): boolean {
    return this.#viewers.size > 0;
  }

  /** Whether nothing is to be done about it any more, and nobody looks at it. */
  get isDone(): boolean {
    return this.#closed || (!this.isSeen && this.#phase !== "loading" && !mustStay(this.#held));
  }

  /** Show it to a screen, now and at each change; what is returned stops that. */
  attach(viewer: (kept: Kept) => void): () => void {
    this.#viewers.add(viewer);
    viewer(this.#shown);
    return () => {
      this.#viewers.delete(viewer);
      this.published();
    };
  }

  /** Begin: with what the server has, or with nothing when it cannot have anything. */
  open(isNew: boolean): void {
    if (isNew) this.#phase = "ready";
    this.#publish();
    void this.#go();
  }

  /** Take over what a tab that is gone held; its copy goes when this tab's own is on the device. */
  async takeOver(left: Record): Promise<void> {
    this.#phase = "ready";
    this.#inherited.push(left.tab);
    await this.#become(takenOver(this.#held, left));
    void this.#go();
  }

  /** Another tab ended it. */
  ended(end: "sent" | "gone"): void {
    void this.#become(learned(this.#held, { kind: end === "sent" ? "sent" : "none" }));
  }

  /** There is a connection again, or somebody signed in: do not wait any longer. */
  nudge(): void {
    if (this.#trouble instanceof Refused && wait(failureOf(this.#trouble), 1, new Date()) !== null) return;
    this.#stopWaiting();
    this.#trouble = null;
    void this.#go();
  }

  /** The screen may go: save what was typed now, not when typing stops. */
  hurry(): void {
    if (this.#typing !== undefined) this.#typedEnough();
  }

  /** Forget it here and now, whatever is on its way. */
  close(): void {
    this.#closed = true;
    this.#held = EMPTY;
    clearTimeout(this.#typing);
    this.#stopWaiting();
    this.#written();
    this.#publish();
  }

  readonly set = (change: Partial<Answers>): void => {
    if (this.#closed || this.#held.draft.end) return;
    void this.#become(rewritten(this.#held, change));
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#typedEnough(), QUIET);
  };

  readonly resolve = (chosen: Answers): void => {
    void this.#become({ ...this.#held, draft: resolved(this.#held.draft, chosen) });
    void this.#go();
  };

  readonly send = async (): Promise<Sent> => {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    await this.#become(sendOff(this.#held));
    this.nudge();
    await this.#go();
    const { draft } = this.#held;
    if (draft.contest && !this.#held.refusal) await this.#become(givenBack(this.#held, OVERTAKEN));
    const refusal = this.#held.refusal ?? (draft.end === "gone" || this.#closed ? NOT_THERE : null);
    if (refusal) return { kind: "refused", error: asError(refusal) };
    return draft.end === "sent" ? { kind: "sent", intakeId: this.id } : { kind: "queued" };
  };

  readonly discard = async (): Promise<void> => {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    await this.#become({ ...this.#held, queued: false });
    await (this.#phase === "ready" ? this.#going : this.#go());
    // Not known is not the same as not there.
    if (this.#phase === "failed") throw this.#trouble;
    const { draft } = this.#held;
    if (draft.end === null && (draft.version > 0 || draft.tried.length > 0)) await remove(this.owner, this.id);
    const end = draft.end ?? "gone";
    await this.#become({ ...EMPTY, draft: { ...EMPTY.draft, end } });
    tell({ kind: "ended", id: this.id, end });
  };

  #typedEnough(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    void this.#go();
  }

  #stopWaiting(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Change what is held: seen at once, and on the device when this resolves. */
  #become(held: Held): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const ended = held.draft.end === "sent" && this.#held.draft.end === null;
    this.#held = held;
    const written = this.#write();
    this.#publish();
    if (ended) tell({ kind: "ended", id: this.id, end: "sent" });
    return written;
  }

  /**
   * Bring it to the device at once, without waiting for what is being written: the page may go.
   * The browser keeps the order.
   */
  async #write(): Promise<void> {
    const { owner, id } = this;
    const stays = mustStay(this.#held);
    if (!stays && !this.#stored && !this.#inherited.length) return;
    if (!unwritten.size) addEventListener("beforeunload", warn);
    unwritten.add(this);
    this.#writing += 1;
    this.#stored = stays;
    try {
      await alive();
      if (this.#closed) return;
      const inherited = [...this.#inherited];
      await (stays ? keep({ owner, id, tab, ...this.#held }) : forget(owner, id, tab));
      this.#onDevice = true;
      await Promise.all(inherited.map((other) => forget(owner, id, other)));
      this.#inherited = this.#inherited.filter((other) => !inherited.includes(other));
    } catch {
      // No room, or not allowed: said on the screen, and the browser asks before it leaves.
      this.#onDevice = false;
    }
    this.#writing -= 1;
    if (!this.#writing && (this.#onDevice || !mustStay(this.#held))) this.#written();
    this.#publish();
  }

  #written(): void {
    unwritten.delete(this);
    if (!unwritten.size) removeEventListener("beforeunload", warn);
  }

  /** Do all there is to do now. One at a time: who asks meanwhile waits for the same. */
  async #go(): Promise<void> {
    if (this.#next()) this.#going ??= this.#run();
    await this.#going;
  }

  async #run(): Promise<void> {
    for (let step = this.#next(); step; step = this.#next()) {
      if (!(await this.#did(step))) break;
    }
    this.#going = null;
    this.#publish();
  }

  #next(): "look" | "put" | "post" | null {
    if (this.#closed || this.#retry !== undefined) return null;
    // Who said "not now" is not asked again at each pause in typing.
    if (this.#trouble instanceof NotSignedIn) return null;
    if (this.#phase !== "ready") return "look";
    const step = next(this.#held);
    return step === "put" && this.#typing !== undefined ? null : step;
  }

  async #did(step: "look" | "put" | "post"): Promise<boolean> {
    try {
      await (step === "post" ? this.#post() : this.#exchange(step));
      this.#trouble = null;
      this.#failures = 0;
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  async #exchange(step: "look" | "put"): Promise<void> {
    const draft = step === "put" ? trying(this.#held.draft) : this.#held.draft;
    // Before it goes: should this tab die now, another one knows what the server may have.
    if (step === "put") await this.#become({ ...this.#held, draft: { ...this.#held.draft, tried: draft.tried } });
    const { news, error } = await (step === "put" ? put : look)(this.owner, this.id, draft);
    this.#phase = "ready";
    void this.#become(learned(this.#held, news));
    if (news.kind === "lost") throw error;
  }

  async #post(): Promise<void> {
    const { base, version } = this.#held.draft;
    try {
      await post(this.owner, this.id, base, version);
    } catch (error) {
      if (!(error instanceof Refused) || isPassing(error)) throw error;
      await this.#become(refused(this.#held, refusalOf(error)));
      return;
    }
    await this.#become(isUnsent(this.#held.draft) ? learned(this.#held, { kind: "sent" }) : accepted(this.#held));
  }

  #failed(error: unknown): void {
    if (error instanceof SomebodyElse) return this.close();
    this.#trouble = error;
    this.#failures += 1;
    const has = mustStay(this.#held);
    if (this.#phase === "loading" || this.#phase === "failed") this.#phase = has && error instanceof Unreachable ? "ready" : "failed";
    if (this.#held.queued && error instanceof Refused && !isPassing(error)) void this.#become(givenBack(this.#held, refusalOf(error)));
    const seconds = error instanceof Refused || error instanceof Unreachable ? wait(failureOf(error), this.#failures, new Date()) : null;
    if (seconds !== null) {
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        void this.#go();
      }, seconds * 1000);
    }
  }

  #publish(): void {
    this.#shown = this.#show();
    for (const viewer of this.#viewers) viewer(this.#shown);
    // Who lists what waits need not look at each key.
    const { draft, queued, refusal } = this.#held;
    const how = [this.#closed, this.#phase, draft.end, this.#stored, this.#writing > 0, queued, refusal?.status].join();
    if (how === this.#told) return;
    this.#told = how;
    this.published();
    if (!this.#closed) tell({ kind: "holds", tab });
  }

  #show(): Kept {
    const { draft, queued, refusal } = this.#held;
    const { contest } = draft;
    return {
      state: this.#closed ? "gone" : (draft.end ?? this.#phase),
      answers: this.#phase === "ready" ? draft.mine : NOTHING,
      set: this.set,
      saved: this.#saved(),
      conflict: contest && {
        mine: draft.mine,
        theirs: contest.theirs,
        savedBy: contest.savedBy,
        savedAt: contest.savedAt ?? draft.savedAt ?? new Date().toISOString(),
      },
      resolve: this.resolve,
      send: this.send,
      discard: this.discard,
      queued,
      refusal: refusal && asError(refusal),
      onDevice: this.#onDevice,
    };
  }

  #saved(): Saved {
    const { draft } = this.#held;
    if (this.#trouble instanceof Unreachable) return { kind: "offline" };
    if (this.#trouble) return { kind: "failed", error: this.#trouble };
    if (this.#going || isUnsent(draft)) return { kind: "saving" };
    return draft.savedAt ? { kind: "saved", at: draft.savedAt } : { kind: "new" };
  }
}

const thrown = new WeakMap<Refusal, Refused>();

/** As `ask` would throw it: the same one each time, for a screen that sees another takes it for news. */
export function asError(refusal: Refusal): Refused {
  const { status, problem } = refusal;
  const error = thrown.get(refusal) ?? new Refused(status, problem as Problem | null, new Response(null, { status }));
  thrown.set(refusal, error);
  return error;
}

function refusalOf({ status, problem }: Refused): Refusal {
  return { status, problem };
}

function failureOf(error: unknown): { status: number; retryAfter: string | null } | null {
  if (!(error instanceof Refused)) return null;
  return { status: error.status, retryAfter: error.response.headers.get("Retry-After") };
}

/** Whether the same may be answered otherwise later: a lapsed sign-in, too busy, broken. */
function isPassing(error: Refused): boolean {
  return error.status === 401 || wait(failureOf(error), 1, new Date()) !== null;
}
