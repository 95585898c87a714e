import { Screen } from "../parts/Screen";

export function HelpScreen() {
  return <Screen title="Hulp">{null}</Screen>;
}
