/** The frame around every screen, and which screen stands at which address. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";

import { Outbox } from "./keeping";
import { Screen } from "./parts/Screen";
import { Home } from "./worklist/Home";
import { Worklist } from "./worklist/Worklist";
import { Palette, usePalette } from "./worklist/Palette";
import { Shortcuts } from "./worklist/shortcuts";
import { AdvisersOnly, CallerProvider, useCaller } from "./session/caller";
import { Lapsed } from "./session/Lapsed";
import { SignedInAgain, SignIn } from "./session/SignIn";
import { SignOut } from "./session/SignOut";
import { IntakeScreen } from "./intake/IntakeScreen";
import { CaseScreen } from "./case/CaseScreen";
import { CardScreen } from "./card/CardScreen";
import { ProvisionsScreen } from "./provisions/ProvisionsScreen";
import { ProvisionScreen } from "./provisions/ProvisionScreen";
import { CoverageScreen } from "./coverage/CoverageScreen";
import { HelpScreen } from "./worklist/HelpScreen";

const MENU = [
  { address: "/zaken", text: "Mijn werk", forAdvisers: true },
  { address: "/intake", text: "Nieuwe intake", forAdvisers: true },
  { address: "/voorzieningen", text: "Voorzieningen", forAdvisers: false },
  { address: "/dekking", text: "Dekking", forAdvisers: false },
];

function Top() {
  const { path, url } = useLocation();
  const { state, caller } = useCaller();
  const [open, setOpen] = usePalette();
  const adviser = caller?.roles.includes("adviser") ?? false;
  const on = (address: string) => (path === address ? "page" : path.startsWith(`${address}/`) ? "true" : undefined);
  return (
    <header class="top">
      <div>
        <a class="name" href="/">
          Gidsfunctie
        </a>
        <nav aria-label="Hoofdmenu">
          <ul>
            {MENU.filter((one) => adviser || !one.forAdvisers).map(({ address, text }) => (
              <li key={address}>
                <a href={address} aria-current={on(address)}>
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="end">
          <button type="button" class="button" aria-keyshortcuts="Control+K" onClick={() => setOpen(true)}>
            Ga naar <kbd aria-hidden="true">Ctrl K</kbd>
          </button>
          {caller && <SignOut caller={caller} />}
          {(state === "nobody" || state === "not answered") && path !== "/aanmelden" && <a href={`/aanmelden?terug=${encodeURIComponent(url)}`}>Aanmelden</a>}
        </div>
      </div>
      {open && <Palette onClose={() => setOpen(false)} />}
    </header>
  );
}

/** Say that there is no connection, as long as the browser says so. */
function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return (
    <div role="status">
      {!online && <p class="notice waits">Er is geen verbinding. Een intake kunt u gewoon invullen: die blijft bewaard.</p>}
    </div>
  );
}

function NotHere() {
  return (
    <Screen title="Deze pagina bestaat niet">
      <p>
        Ga naar <a href="/">het begin</a>.
      </p>
    </Screen>
  );
}

type Params = { params: Record<string, string> };

/** Make of a screen one that is for advisers. */
function guarded<Props>(Shown: (props: Props) => ComponentChildren) {
  return (props: Props & Params) => (
    <AdvisersOnly>
      <Shown {...props} />
    </AdvisersOnly>
  );
}

const GuardedIntake = guarded(IntakeScreen);
const GuardedWorklist = guarded(Worklist);
const GuardedCase = guarded(CaseScreen);
const GuardedCard = guarded(CardScreen);

export function App() {
  return (
    <LocationProvider>
      <CallerProvider>
        <a class="skip" href="#inhoud">
          Naar de inhoud
        </a>
        <Top />
        <main id="inhoud" tabIndex={-1}>
          <Offline />
          <Lapsed />
          <Outbox />
          <Router>
            <Route path="/" component={Home} />
            <Route path="/aanmelden" component={SignIn} />
            <Route path="/aanmelden/klaar" component={SignedInAgain} />
            <Route path="/intake" component={GuardedIntake} />
            <Route path="/intake/:id" component={GuardedIntake} />
            <Route path="/zaken" component={GuardedWorklist} />
            <Route path="/zaken/:id" component={GuardedCase} />
            <Route path="/zaken/:id/kaart" component={GuardedCard} />
            <Route path="/voorzieningen" component={ProvisionsScreen} />
            <Route path="/voorzieningen/:id" component={ProvisionScreen} />
            <Route path="/dekking" component={CoverageScreen} />
            <Route path="/hulp" component={HelpScreen} />
            <Route default component={NotHere} />
          </Router>
        </main>
        <footer class="page-foot">
          <p>
            Gidsfunctie: warm doorverwijzen, of ten hoogste drie gidsgesprekken. <a href="/hulp">Hulp en sneltoetsen</a>
          </p>
        </footer>
        <Shortcuts />
      </CallerProvider>
    </LocationProvider>
  );
}
