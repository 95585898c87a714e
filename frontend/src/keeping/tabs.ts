/** This tab among the others of the same browser: a name, a life line, and a way to tell. */

/** A page that is loaded anew is another tab; it takes over what the one before it held. */
export const tab = crypto.randomUUID();

export type Message =
  | { kind: "holds"; tab: string }
  | { kind: "ended"; id: string; end: "sent" | "gone" }
  | { kind: "here"; owner: string }
  | { kind: "wiped"; owner: string };

const channel = new BroadcastChannel("gids-keeping");
const lineOf = (name: string) => `gids-tab-${name}`;

let taken: Promise<void> | null = null;

/** Hold on to the life line of this tab: the browser lets go of it when the tab is gone. */
export function alive(): Promise<void> {
  taken ??= new Promise((held) => {
    void navigator.locks.request(lineOf(tab), () => {
      held();
      return new Promise(() => undefined);
    });
  });
  return taken;
}

/** Once that tab is gone, do this; one tab does so at a time. */
export async function whenGone(name: string, then: () => Promise<void>): Promise<void> {
  await navigator.locks.request(lineOf(name), then);
}

/** Tell the other tabs. */
export function tell(message: Message): void {
  channel.postMessage(message);
}

/** Hear what other tabs tell. */
export function hear(listener: (message: Message) => void): void {
  channel.addEventListener("message", (event: MessageEvent<Message>) => listener(event.data));
}
