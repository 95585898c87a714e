"""Use cases as functions: load, ask the domain, store. No HTTP, and no commit."""
