import { Screen } from "../parts/Screen";
import "../styles/worklist.css";
import { Cases } from "./Cases";
import { Drafts } from "./Drafts";
import { Sessions } from "./Sessions";

export function Worklist() {
  return (
    <Screen title="Mijn werk">
      <p class="buttons">
        <a class="button first" href="/intake">
          Nieuwe intake
        </a>
      </p>
      <Sessions />
      <Drafts />
      <Cases />
    </Screen>
  );
}
