/** The frame around every screen, and which screen stands at which address. */

import { LocationProvider, Route, Router, useLocation } from "preact-iso";

import { Outbox } from "./keeping";
import { Screen } from "./parts/Screen";
import { Home } from "./worklist/Home";
import { Worklist } from "./worklist/Worklist";
import { SignIn } from "./session/SignIn";
import { IntakeScreen } from "./intake/IntakeScreen";
import { CaseScreen } from "./case/CaseScreen";
import { CardScreen } from "./card/CardScreen";
import { ProvisionsScreen } from "./provisions/ProvisionsScreen";
import { ProvisionScreen } from "./provisions/ProvisionScreen";
import { CoverageScreen } from "./coverage/CoverageScreen";
import { HelpScreen } from "./worklist/HelpScreen";

const MENU = [
  ["/zaken", "Mijn werk"],
  ["/intake", "Nieuwe intake"],
  ["/voorzieningen", "Voorzieningen"],
  ["/dekking", "Dekking"],
] as const;

function Top() {
  const { path } = useLocation();
  return (
    <header class="top">
      <div>
        <a class="name" href="/">
          Gidsfunctie
        </a>
        <nav aria-label="Hoofdmenu">
          <ul>
            {MENU.map(([address, text]) => (
              <li key={address}>
                <a href={address} aria-current={path === address ? "page" : path.startsWith(`${address}/`) ? "true" : undefined}>
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
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

export function App() {
  return (
    <LocationProvider>
      <a class="skip" href="#inhoud">
        Naar de inhoud
      </a>
      <Top />
      <Outbox />
      <main id="inhoud" tabIndex={-1}>
        <Router>
          <Route path="/" component={Home} />
          <Route path="/aanmelden" component={SignIn} />
          <Route path="/intake" component={IntakeScreen} />
          <Route path="/intake/:id" component={IntakeScreen} />
          <Route path="/zaken" component={Worklist} />
          <Route path="/zaken/:id" component={CaseScreen} />
          <Route path="/zaken/:id/kaart" component={CardScreen} />
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
    </LocationProvider>
  );
}
