import { render } from "preact";

import { App } from "./App";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/open.css";
import "./styles/print.css";

render(<App />, document.getElementById("werkblad") as HTMLElement);
