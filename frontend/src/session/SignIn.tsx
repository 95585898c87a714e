import { Screen } from "../parts/Screen";

export function SignIn() {
  return <Screen title="Aanmelden">{null}</Screen>;
}
