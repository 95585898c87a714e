import { Screen } from "../parts/Screen";
import { QuestionMarkSwitch, ShortcutList } from "./shortcuts";

export function HelpScreen() {
  return (
    <Screen title="Hulp">
      <h2>Zo werkt het</h2>
      <ol>
        <li>Doe de intake in de volgorde van het gesprek. Ernaast ziet u meteen welke voorzieningen er zijn.</li>
        <li>Is er een voorziening die past? Dan verwijst u warm door: een mens of een loket neemt het over.</li>
        <li>Is er geen? Dan plant u ten hoogste drie gidsgesprekken.</li>
        <li>De werknemer krijgt een loopbaankaart mee: wat u besprak, wie er belt, en wanneer.</li>
      </ol>
      <h2>Niets raakt weg</h2>
      <p>
        Wat u invult wordt vanzelf bewaard. Zonder verbinding werkt u door; het wordt verstuurd zodra er weer verbinding is. Na het
        afmelden staat er niets meer op dit apparaat.
      </p>
      <h2>Met het toetsenbord</h2>
      <ShortcutList />
      <QuestionMarkSwitch />
    </Screen>
  );
}
