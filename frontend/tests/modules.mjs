/** Lets Node find the modules of src/, which are named there without their suffix as Vite wants. */

import { registerHooks } from "node:module";

registerHooks({
  resolve(name, context, next) {
    const bare = name.startsWith(".") && !/\.\w+$/.test(name);
    return next(bare ? `${name}.ts` : name, context);
  },
});
