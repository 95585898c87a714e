import { Screen } from "../parts/Screen";

export function Home() {
  return <Screen title="Gidsfunctie">{null}</Screen>;
}
