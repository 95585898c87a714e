"""How fast the service is beside what could be: `make bench` (docs/performance.md)."""
